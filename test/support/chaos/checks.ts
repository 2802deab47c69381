import { expect } from 'vitest';
import type { Database } from '../database.ts';
import { history, insist, type Sent, type Stored } from './user.ts';
import type { Circle, Conversation } from './world.ts';

type Item = Record<string, unknown>;

/** The messages of each conversation. */
export type Histories = ReadonlyMap<Conversation, readonly Stored[]>;

export async function readHistories(origin: string, { conversations, pushed }: Circle): Promise<Histories> {
  const found = new Map<Conversation, readonly Stored[]>();
  for (const conversation of [...conversations, pushed])
    found.set(conversation, await history(origin, conversation.chats));
  return found;
}

/** Every acknowledged message is stored once; no message is stored twice. */
export function checkStored(histories: Histories): void {
  for (const [{ users, address }, messages] of histories) {
    const ids = new Map<string, string>();
    const repeated: string[] = [];
    for (const { id, content } of messages) {
      if (ids.has(content.body)) repeated.push(content.body);
      ids.set(content.body, id);
    }
    expect(repeated, 'messages that are stored more than once').toEqual([]);
    for (const user of users) {
      const { id, type } = address(user.id);
      const isHere = ({ to }: Sent) => to.id === id && to.type === type;
      const lost = user.sent.filter((sent) => sent.id !== undefined && isHere(sent) && ids.get(sent.body) !== sent.id);
      expect(lost, 'acknowledged messages that are not stored').toEqual([]);
    }
  }
}

/**
 * Acknowledged messages that a participant with a device does not know. A function that is killed before it has delivered
 * a message can cause one: receivers who stay connected do not catch up.
 */
export function unknownMessages(histories: Histories, { users, phone }: Circle): string[] {
  const acknowledged = new Set(users.flatMap(({ sent }) => sent.flatMap(({ id }) => id ?? [])));
  const unknown = new Set<string>();
  for (const [conversation, messages] of histories)
    for (const user of conversation.users)
      for (const { id } of messages) if (user !== phone && acknowledged.has(id) && !user.known.has(id)) unknown.add(id);
  return [...unknown];
}

/** Larger unread counts are not exact. */
const MOST_UNREAD = 999;

/** Unread counts and receipts, after each user has read at least half of each conversation. */
export async function checkReads(origin: string, { conversations, users }: Circle, all: Histories): Promise<void> {
  const positions = new Map<Conversation, Map<string, string>>();
  for (const conversation of conversations) {
    const messages = all.get(conversation) ?? [];
    const read = new Map<string, string>();
    positions.set(conversation, read);
    for (const user of conversation.users) {
      const { id, type } = conversation.address(user.id);
      // The user may have read further before. Large unread counts are not exact.
      const half = messages[Math.max(Math.floor(messages.length / 2), messages.length - MOST_UNREAD)]?.id ?? '';
      const upTo = messages.map((message) => message.id).findLast((one) => one === half || user.read.has(one));
      if (upTo === undefined) continue;
      const path = `/ctx/${user.id}/conversations/${type === 0 ? 'friend' : 'group'}/${id}/read`;
      await insist(origin, 'PUT', path, { upTo });
      read.set(user.id, upTo);
    }
  }
  for (const user of users) {
    const { conversations: listed } = Object(
      await insist(origin, 'GET', `/ctx/${user.id}/conversations?receipts=true&limit=200`),
    );
    const found = new Map((listed as { id: string; unread: number; read?: string }[]).map((one) => [one.id, one]));
    for (const conversation of conversations.filter((one) => one.users.includes(user))) {
      const { id, type } = conversation.address(user.id);
      const messages = all.get(conversation) ?? [];
      if (messages.length === 0) continue;
      const upTo = positions.get(conversation)?.get(user.id) ?? '';
      const unread = messages.filter((message) => message.id > upTo && message.speaker !== user.id).length;
      const { unread: counted, read } = found.get(id) ?? {};
      expect(counted, `unread messages of ${user.id} with ${id}`).toBe(unread);
      // Who wrote nothing gets no receipt.
      const hasWritten = messages.some(({ speaker }) => speaker === user.id);
      const receipt = hasWritten ? positions.get(conversation)?.get(id) : undefined;
      if (type === 0) expect(read, `the receipt of ${id} for ${user.id}`).toBe(receipt);
    }
  }
}

/** Both halves of memberships and friendships, and who is online. */
export async function checkRelations(origin: string, circle: Circle): Promise<void> {
  const { users, members, changing } = circle;
  const get = (path: string) => insist(origin, 'GET', path);
  expect(Object(await get(`/groups/${changing}`)).members).toEqual([...members].sort());
  for (const user of users) {
    const groups = (await get(`/ctx/${user.id}/groups`)) as string[];
    expect(groups.includes(changing), `groups of ${user.id}`).toBe(members.has(user.id));
    const friends = users.filter((other) => other !== user && circle.areFriends(user, other)).map(({ id }) => id);
    const listed = (await get(`/ctx/${user.id}/friends`)) as string[];
    const others = listed.filter((id) => id !== circle.phone.id);
    expect(others.toSorted(), `friends of ${user.id}`).toEqual(friends.sort());
    const sessions = user.isConnected ? 1 : 0;
    expect(Object(await get(`/ctx/${user.id}`)).sessions, `sessions of ${user.id}`).toBe(sessions);
  }
}

const count = (items: readonly Item[], pick: (item: Item) => string | undefined): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = pick(item);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

/**
 * The counters in the items of conversations, users and groups equal what is stored.
 * @param killed the functions that were killed. Each can leave one message uncounted until it is read, and one member
 *   counted who is none until the next join
 * @returns how many messages are stored
 */
export async function checkCounters(database: Database, killed: number): Promise<number> {
  const messages = await database.messages();
  const core = await database.core();
  const start = (prefix: RegExp) => (item: Item) => (prefix.test(String(item.sk)) ? String(item.pk) : undefined);
  const stored = count(messages, start(/^\d{14}-/));
  const [friends, members] = [count(core, start(/^friend#/)), count(core, start(/^member#/))];
  const differences = (items: readonly Item[], counted: (item: Item) => number, actual: Map<string, number>) =>
    items.flatMap((item) => {
      const difference = counted(item) - (actual.get(String(item.pk)) ?? 0);
      return Number.isNaN(difference) || difference === 0 ? [] : [{ of: item.pk, difference }];
    });
  const heads = messages.filter(({ sk }) => sk === 'head');
  const uncounted = differences(heads, (head) => Number(head.count) - Number(head.start), stored);
  expect(sum(uncounted), JSON.stringify(uncounted)).toBeLessThanOrEqual(killed);
  expect(differences(core, (item) => Number(item.friends), friends)).toEqual([]);
  const tooMany = differences(core, (item) => Number(item.members), members);
  expect(tooMany.filter(({ difference }) => difference < 0)).toEqual([]);
  expect(sum(tooMany), JSON.stringify(tooMany)).toBeLessThanOrEqual(killed);
  return [...stored.values()].reduce((total, messages) => total + messages, 0);
}

const sum = (all: readonly { readonly difference: number }[]) =>
  all.reduce((total, { difference }) => total + Math.abs(difference), 0);
