import { ChatError, ERROR } from '../shared/errors.ts';
import { type ChatEvent, serverEvent } from '../shared/event.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import { TYPE, type Type } from '../shared/wire.ts';
import { findApp } from '../store/apps.ts';
import { blocksBetween } from '../store/blocks.ts';
import { membership } from '../store/communities.ts';
import type { Conversation, ConversationKind } from '../store/conversations.ts';
import { conversationWith, peerOf } from '../store/conversations-of.ts';
import { connectionsOf } from '../store/devices.ts';
import { type Lookup, lookup } from '../store/dynamo.ts';
import { friendship } from '../store/friendships.ts';
import { COUNTED_ONCE_MS, type Head, headOf } from '../store/heads.ts';
import { idsOfOthers, messageWithId, speakersWithReceipt } from '../store/messages.ts';
import { claimReceipt, moveTo, positionOf, unreadIn } from '../store/positions.ts';
import { profile } from '../store/profiles.ts';

/** A receipt for another participant. */
export interface Receipt {
  readonly event: ChatEvent;
  readonly to: Principal;
  readonly connections: readonly string[];
}

/** The events of a read position that moved. */
export interface ReadNotices {
  /** For the other devices of the reader. */
  readonly own: { readonly event: ChatEvent; readonly connections: readonly string[] };
  readonly receipts: readonly Receipt[];
}

/** A reader, and the conversation as they address it. */
export interface Reading {
  readonly reader: Principal;
  readonly to: { readonly id: string; readonly type: Type };
  readonly upTo: string;
}

/**
 * Moves the read position of a participant forward. Takes one batch read and one write, and one query if newer messages
 * exist. In a group with messages that want receipts, it takes more.
 * @param check called with the connections of the reader before anything changes
 * @returns the events to send; undefined when the position was there already
 * @throws ChatError 5004 for an unknown message, or when the reader does not take part; 5009 for a room
 */
export async function moveReadPosition(
  { reader, to, upTo }: Reading,
  now: number,
  check: (connections: readonly string[]) => Promise<void> = async () => {},
): Promise<ReadNotices | undefined> {
  const kind = kindOf(reader, to.type);
  const conversation = conversationWith(reader, kind, to.id);
  const peer = peerOf(reader, kind, to.id);
  const blocks = blocksBetween(reader, peer ?? reader, kind);
  const [isParticipant, head, position, message, own, theirs, mine, yours, blocking, blocked, app] = await readAll(
    [
      participation(reader, kind, to.id),
      headOf(conversation),
      positionOf(conversation, reader),
      messageWithId(conversation, upTo, now),
      connectionsOf(reader),
      connectionsOf(peer ?? reader),
      profile(reader),
      profile(peer ?? reader),
      blocks.own,
      blocks.theirs,
    ],
    reader.app,
  );
  await check(own);
  if (!isParticipant) throw notParticipant(reader, to.id);
  if (!message || !head) {
    throw new ChatError(ERROR.notFound, `upTo: there is no message ${upTo} in this conversation`);
  }
  if (position && position.upTo > upTo) return undefined;
  // A repeated read corrects the count: after a function that died between its writes, or a message that was stored late.
  const isRepeated = position?.upTo === upTo;
  if (isRepeated && unreadIn(head, position, reader.id) === 0) return undefined;
  const after = await countAfter(upTo, conversation, head, reader.id, now);
  const sends = app?.receipts === true && mine?.receipts !== false;
  const receipt = sends && (peer === undefined || yours?.receipts !== false);
  const moved = await moveTo(conversation, reader, { upTo, head, after, receipt }, now);
  if (isRepeated || !moved) return undefined;
  const notices = { own: { event: serverEvent('read', { to, upTo }), connections: own }, receipts: [] };
  if (!sends) return notices;
  if (!peer) {
    const since = position?.upTo ?? '';
    if (head.receipt === undefined || head.receipt <= since) return notices;
    const speakers = await speakersWithReceipt(conversation, reader.id, { after: since, upTo }, now);
    return { ...notices, receipts: await receiptsOfGroup({ reader, to, upTo }, speakers, now) };
  }
  if (!receipt || blocking || blocked) return notices;
  const event = serverEvent('read', { from: { id: reader.id, type: seenAs(reader, kind) }, upTo });
  return { ...notices, receipts: [{ event, to: peer, connections: theirs }] };
}

/** The number of counted messages of others after a message. */
async function countAfter(
  upTo: string,
  conversation: Conversation,
  { last, message }: Head,
  reader: string,
  now: number,
) {
  if (last !== undefined && upTo >= last) return 0;
  const ids = await idsOfOthers(conversation, reader, { after: upTo, upTo: last, consistent: true }, now);
  // The latest message is counted and stored in parallel. It may not be stored yet.
  const isRecent = message && message.speaker !== reader && message.ts > now - COUNTED_ONCE_MS;
  return isRecent && ids.at(-1) !== message.id ? ids.length + 1 : ids.length;
}

/** The receipts for members who asked for them, at most one per second each. */
async function receiptsOfGroup({ reader, to, upTo }: Reading, speakers: readonly string[], now: number) {
  const event = serverEvent('read', { from: { id: reader.id, type: TYPE.group, gid: to.id }, upTo });
  const users = speakers.map((id): Principal => ({ app: reader.app, kind: 'user', id }));
  const [profiles, connections] = await Promise.all([lookup(users.map(profile)), lookup(users.map(connectionsOf))]);
  const wanting = users
    .map((user, n) => ({ event, to: user, connections: connections[n] ?? [] }))
    .filter((receipt, n) => receipt.connections.length > 0 && profiles[n]?.receipts !== false);
  const conversation = conversationWith(reader, 'group', to.id);
  const claimed = await Promise.all(wanting.map((receipt) => claimReceipt(conversation, receipt.to, now)));
  return wanting.filter((_, n) => claimed[n]);
}

async function readAll<const T extends readonly Lookup<unknown>[]>(lookups: T, app: string) {
  const [found, settings] = await Promise.all([lookup(lookups, { consistent: true }), findApp(app)]);
  return [...found, settings] as const;
}

/** The kind of a conversation as its participant addresses it. @throws ChatError 5009 for a room */
export function kindOf(reader: Principal, type: Type): ConversationKind {
  if (!isUser(reader)) return 'visitor';
  switch (type) {
    case TYPE.friend:
      return 'friend';
    case TYPE.group:
      return 'group';
    case TYPE.visitor:
      return 'visitor';
    case TYPE.stranger:
      return 'stranger';
    case TYPE.room:
      throw new ChatError(ERROR.unsupported, 'to.type: rooms store no messages');
  }
}

/** What shows that the reader takes part. In conversations without a relation, the message itself does. */
function participation(reader: Principal, kind: ConversationKind, id: string): Lookup<unknown> {
  if (kind === 'friend') return friendship(reader, id);
  if (kind === 'group') return membership({ app: reader.app, kind, id }, reader.id);
  return { ...profile(reader), parse: () => true };
}

const notParticipant = (reader: Principal, id: string) =>
  new ChatError(ERROR.notFound, `${reader.id} has no conversation with ${id}: expected a friend, or a group of theirs`);

/** The type of the reader from the viewpoint of the other participant. */
export const seenAs = (reader: Principal, kind: ConversationKind): Type =>
  kind === 'visitor' && isUser(reader) ? TYPE.friend : TYPE[kind];
