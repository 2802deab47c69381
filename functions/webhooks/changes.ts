import * as z from 'zod/mini';
import { PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { MESSAGE_ID, timeOf } from '../shared/message-id.ts';
import type { After, WebhookEvent } from '../shared/webhook-events.ts';
import { TYPE } from '../shared/wire.ts';

type Image = Readonly<Record<string, unknown>>;

/** The value of an attribute in the notation of DynamoDB: `{"S": "text"}`. */
function plain(attribute: unknown): unknown {
  const [[type, value] = []] = typeof attribute === 'object' && attribute !== null ? Object.entries(attribute) : [];
  switch (type) {
    case 'N':
      return Number(value);
    case 'NULL':
      return null;
    case 'L':
      return Array.isArray(value) ? value.map(plain) : [];
    case 'M':
      return plainImage(Object(value));
    default:
      return value;
  }
}

const plainImage = (raw: Readonly<Record<string, unknown>>): Image =>
  Object.fromEntries(Object.entries(raw).map(([name, attribute]) => [name, plain(attribute)]));

const image = z.optional(z.pipe(z.record(z.string(), z.unknown()), z.transform(plainImage)));

/** A change of an item in the stream of a table. */
export const StreamRecord = z.object({
  eventID: z.string(),
  dynamodb: z.object({
    ApproximateCreationDateTime: z.number(),
    NewImage: image,
    OldImage: image,
  }),
});
type StreamRecord = z.output<typeof StreamRecord>;

/** An event, and the application that it belongs to. */
export interface AppEvent {
  readonly app: string;
  readonly event: WebhookEvent;
}

/** What a change of an item means. */
interface Meaning {
  readonly type: After;
  /** Epoch ms. @default the time of the change */
  readonly ts?: number;
  readonly data: WebhookEvent['data'];
}

/** The event that a change of an item in the tables of messages, users and connections means, if any. */
export function eventOf({ eventID, dynamodb }: StreamRecord): AppEvent | undefined {
  const { NewImage: after, OldImage: before } = dynamodb;
  const item = after ?? before;
  if (!item) return undefined;
  const partition = String(item[PARTITION_KEY]).split('#');
  const [app = ''] = partition;
  const change = { partition, sort: String(item[SORT_KEY] ?? ''), before, after, item };
  const meaning = change.sort === '' ? presence(change) : (message(change) ?? read(change) ?? relation(change));
  if (!meaning) return undefined;
  const { type, ts = dynamodb.ApproximateCreationDateTime * 1000, data } = meaning;
  return { app, event: { id: `evt_${eventID}`, type, ts, data } };
}

interface Change {
  readonly partition: readonly string[];
  readonly sort: string;
  readonly before: Image | undefined;
  readonly after: Image | undefined;
  readonly item: Image;
}

/** A stored message, or one that was edited, recalled or reacted to. */
function message({ partition, sort: id, before, after }: Change): Meaning | undefined {
  if (!after || !MESSAGE_ID.test(id) || !isConversation(partition)) return undefined;
  const { speaker: from, content, remark, cid, reply, mentions, edited, recalled, reactions } = after;
  const common = { ...conversationOf(partition, String(from)), id, from, ts: timeOf(id) };
  if (!before) {
    return { type: 'message.sent', ts: timeOf(id), data: { ...common, content, remark, cid, reply, mentions } };
  }
  if (recalled !== before.recalled) return { type: 'message.recalled', data: { ...common, recalled } };
  if (edited !== before.edited) return { type: 'message.edited', data: { ...common, content, remark, edited } };
  if (differ(reactions, before.reactions)) return { type: 'message.reacted', data: { ...common, reactions } };
  return undefined;
}

/** The number of participants in the partition of a conversation, by kind. */
const PARTICIPANTS: ReadonlyMap<string | undefined, number> = new Map([
  ['friend', 2],
  ['group', 1],
  ['stranger', 2],
  ['passenger', 2],
]);

/** Other partitions have sort keys that clients choose, which can look like message ids: `cid`, and ids of users. */
const isConversation = ([, kind, ...participants]: readonly string[]) => PARTICIPANTS.get(kind) === participants.length;

const READ = /^read#(user|passenger)#(.*)$/;

/** A read position that moved. */
function read({ partition, sort, before, after }: Change): Meaning | undefined {
  const [, kind, by] = READ.exec(sort) ?? [];
  if (by === undefined || after?.upTo === undefined || after.upTo === before?.upTo) return undefined;
  // Who joins a group without its history has read nothing.
  if (after.from !== before?.from) return undefined;
  const reader = { by, visitor: kind === 'passenger' };
  return { type: 'message.read', data: { ...conversationOf(partition, by), ...reader, upTo: after.upTo } };
}

/** A member of a group or room, or a friend. A friendship has an item for each side; that of who asked counts. */
function relation({ partition: [, kind, owner], sort, before, after, item }: Change): Meaning | undefined {
  if (before && after) return undefined;
  const [prefix, range, user] = sort.split('#');
  if (prefix === 'member') {
    const type = kind === 'group' ? TYPE.group : TYPE.room;
    return { type: after ? 'member.joined' : 'member.left', data: { to: { id: owner, type }, user } };
  }
  if (prefix !== 'friend' || item.from !== owner) return undefined;
  return { type: after ? 'friend.added' : 'friend.removed', data: { from: item.from, to: range } };
}

/** A user whose friends were notified that they are online or offline. The item of who disappeared expires. */
function presence({ partition: [, kind, id], before, after }: Change): Meaning | undefined {
  const [was, is] = [before?.announced !== undefined, after?.announced !== undefined];
  if (kind !== 'user' || was === is) return undefined;
  return { type: is ? 'presence.online' : 'presence.offline', data: { id } };
}

/** The receiver of a message as in `say`, from the partition of its conversation. */
function conversationOf([, kind, one = '', other = '']: readonly string[], from: string): { readonly to: object } {
  switch (kind) {
    case 'group':
      return { to: { id: one, type: TYPE.group } };
    case 'passenger':
      return { to: { visitor: one, user: other, type: TYPE.visitor } };
    default:
      return { to: { id: one === from ? other : one, type: kind === 'stranger' ? TYPE.stranger : TYPE.friend } };
  }
}

const differ = (one: unknown, other: unknown) => JSON.stringify(one ?? {}) !== JSON.stringify(other ?? {});
