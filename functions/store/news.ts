import pMap from 'p-map';
import { timeOf } from '../shared/message-id.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import {
  contactConversations,
  conversationsOfVisitor,
  listedConversations,
  type OwnConversation,
} from './conversations-of.ts';
import { headsOf } from './latest-messages.ts';
import { messagesSince, type PushedMessage } from './messages.ts';
import { visibleSince } from './visible-history.ts';

/** Number of histories that are read concurrently. */
const AT_ONCE = 25;

/** A message of a conversation. */
export interface NewsItem {
  readonly of: OwnConversation;
  readonly message: PushedMessage;
}

/** The messages of a principal since a time. */
export interface News {
  /** The oldest of them, in order of their ids. */
  readonly items: readonly NewsItem[];
  /** The id of the newest message, also if it is not among the items. Undefined without messages. */
  readonly newest: string | undefined;
  /** The conversations with messages that are not among the items. */
  readonly left: readonly OwnConversation[];
}

/**
 * The messages in all stored conversations of a principal since a time. Without news, it takes two queries for friends
 * and groups, two for strangers and visitors, and one batch read per hundred heads. Each conversation with news takes one
 * query.
 * @param since epoch ms
 * @param limit maximum number of messages
 */
export async function newsOf(principal: Principal, since: number, limit: number, now: number): Promise<News> {
  const found = await conversationsSince(principal, since, limit, now);
  const read = found.slice(0, limit);
  const visible = await visibleSince(
    principal,
    read.map(({ conversation }) => conversation),
  );
  const pages = await pMap(
    read.map((of, n) => ({ of, from: Math.max(since, visible[n] ?? 0) })),
    async ({ of, from }) =>
      (await messagesSince(of.conversation, from, limit + 1, now)).map((message) => ({ of, message })),
    { concurrency: AT_ONCE },
  );
  const all = pages.flat().sort((a, b) => (a.message.id < b.message.id ? -1 : 1));
  const cut = new Set([...found.slice(limit), ...all.slice(limit).map(({ of }) => of)]);
  return { items: all.slice(0, limit), newest: all.at(-1)?.message.id, left: [...cut] };
}

/** The conversations that have messages since a time, those with the oldest last message first. */
async function conversationsSince(
  principal: Principal,
  since: number,
  limit: number,
  now: number,
): Promise<OwnConversation[]> {
  if (!isUser(principal)) {
    const found = await conversationsOfVisitor(principal, now);
    return found.filter(({ ts }) => ts >= since).sort((a, b) => a.ts - b.ts);
  }
  const [listed, contacts] = await Promise.all([
    listedConversations(principal),
    contactConversations(principal, { after: since - 1, limit: limit + 1 }, now),
  ]);
  const heads = await headsOf(listed, now);
  const news = listed.flatMap((of, n) => {
    const last = heads[n]?.last;
    return last !== undefined && timeOf(last) >= since ? [{ ...of, ts: timeOf(last) }] : [];
  });
  return [...news, ...contacts].sort((a, b) => a.ts - b.ts);
}
