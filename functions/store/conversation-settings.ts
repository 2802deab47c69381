import * as z from 'zod/mini';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import type { ConversationKind } from './conversations.ts';
import { collect, countItems, dynamo, type Lookup, lookup, query } from './dynamo.ts';
import { type FriendEntry, friendEntry } from './friendships.ts';
import { markSettings } from './installations.ts';
import { subjectKey } from './keys.ts';
import { commit } from './transact.ts';

const table = requireEnv(ENV.coreTable);

/** Maximum conversations of a user that have settings. */
export const MAX_SETTINGS = 1000;

const PREFIX = 'settings#';
const FRIEND = 'friend#';

const flag = z._default(z.boolean(), false);

/** The settings of a conversation, of one participant. */
export const ConversationSettings = z.object({
  /** Messages are not pushed, except mentions. */
  muted: flag,
  /** The conversation comes first in the list. */
  pinned: flag,
});
export type ConversationSettings = z.output<typeof ConversationSettings>;

const NONE = ConversationSettings.parse({});

/** A conversation as a participant addresses it. */
interface Address {
  readonly kind: ConversationKind;
  readonly peer: string;
}

const sortKey = ({ kind, peer }: Address) => `${PREFIX}${kind}#${peer}`;

const settingsKey = (user: Principal, address: Address) => ({
  [PARTITION_KEY]: subjectKey(user),
  [SORT_KEY]: sortKey(address),
});

/** The settings of a conversation; without any, the defaults. */
export function conversationSettings(user: Principal, address: Address): Lookup<ConversationSettings> {
  return { table, key: settingsKey(user, address), parse: (item) => (item ? ConversationSettings.parse(item) : NONE) };
}

/**
 * Changes the settings of a conversation. Concurrent changes follow each other.
 * @returns all of them
 * @throws ChatError 5008 when too many conversations have settings
 */
export async function saveConversationSettings(
  user: Principal,
  address: Address,
  changes: Partial<ConversationSettings>,
): Promise<ConversationSettings> {
  return commit(async () => {
    const [present] = await lookup([conversationSettings(user, address)], { consistent: true });
    const settings = { ...present, ...changes };
    const target = { TableName: table, Key: settingsKey(user, address), ...unchanged(present) };
    if (!isStored(settings)) return { transactions: isStored(present) ? [[{ Delete: target }]] : [], result: settings };
    if (!isStored(present)) await checkRoom(user);
    const { Key, ...put } = target;
    const writes = [{ Put: { ...put, Item: { ...Key, ...settings } } }, markSettings(user)];
    return { transactions: [writes], result: settings };
  }, `Too many requests change the settings of ${user.id}`);
}

/** Settings with the defaults have no item. */
const isStored = ({ muted, pinned }: ConversationSettings) => muted || pinned;

/** The condition that settings are as they were read. */
const unchanged = (present: ConversationSettings) =>
  isStored(present)
    ? {
        ConditionExpression: 'muted = :muted AND pinned = :pinned',
        ExpressionAttributeValues: { ':muted': present.muted, ':pinned': present.pinned },
      }
    : { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': PARTITION_KEY } };

async function checkRoom(user: Principal): Promise<void> {
  if ((await countItems(range(user, PREFIX, `${PREFIX}~`))) < MAX_SETTINGS) return;
  throw new ChatError(
    ERROR.memberLimit,
    `${user.id} muted or pinned too many conversations; at most ${MAX_SETTINGS} are allowed`,
  );
}

/** Deletes the settings of the conversations with a user, of another participant. */
export async function deleteSettingsAbout(other: Principal, user: string): Promise<void> {
  for (const kind of ['friend', 'stranger'] as const) {
    await dynamo.delete({ TableName: table, Key: settingsKey(other, { kind, peer: user }) });
  }
}

const range = (user: Principal, first: string, last: string) => ({
  TableName: table,
  KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
  ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
  ExpressionAttributeValues: { ':pk': subjectKey(user), ':first': first, ':last': last },
});

/** The settings of the conversations of a user. */
export class SettingsByConversation {
  readonly #settings = new Map<string, { readonly address: Address; readonly settings: ConversationSettings }>();

  add(key: string, item: unknown): void {
    const [kind, peer = ''] = key.slice(PREFIX.length).split('#');
    const known = KINDS.find((one) => one === kind);
    if (known) this.#settings.set(key, { address: { kind: known, peer }, settings: ConversationSettings.parse(item) });
  }

  of(address: Address): ConversationSettings {
    return this.#settings.get(sortKey(address))?.settings ?? NONE;
  }

  /** The conversations that come first. */
  get pinned(): readonly Address[] {
    return [...this.#settings.values()].flatMap(({ address, settings }) => (settings.pinned ? [address] : []));
  }
}

const KINDS = ['friend', 'group', 'visitor', 'stranger'] as const;

/** The friends of a user and the settings of their conversations, with one query: both lie in one range of items. */
export async function friendsAndSettings(
  user: Principal,
): Promise<{ friends: FriendEntry[]; settings: SettingsByConversation }> {
  const friends: FriendEntry[] = [];
  const settings = new SettingsByConversation();
  for (const item of await collect(query(range(user, FRIEND, `${PREFIX}~`)))) {
    const key = String(item[SORT_KEY]);
    if (key.startsWith(FRIEND)) friends.push(friendEntry(item));
    else if (key.startsWith(PREFIX)) settings.add(key, item);
  }
  return { friends, settings };
}
