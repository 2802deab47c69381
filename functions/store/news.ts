import pMap from 'p-map';
import { timeOf } from '../shared/message-id.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import {
  type ContactConversation,
  changedConversations,
  conversationsOfVisitor,
  listedConversations,
  type OwnConversation,
} from './conversations-of.ts';
import { headsOf } from './latest-messages.ts';
import { type ChangedMessage, changesSince } from './message-changes.ts';
import { messagesSince, type PushedMessage } from './messages.ts';
import type { Message } from './stored-message.ts';
import { visibleSince } from './visible-history.ts';

/** Number of histories that are read concurrently. */
const AT_ONCE = 25;

/** A message of a conversation. */
export interface NewsItem<M extends Message = PushedMessage> {
  readonly of: OwnConversation;
  readonly message: M;
}

/** The news of a principal since a time. */
export interface News {
  /** The oldest messages, in order of their ids. */
  readonly items: readonly NewsItem[];
  /** Earlier messages that changed, in order of their changes. */
  readonly changes: readonly NewsItem<Message>[];
  /** The id of the newest message or change, also if it is not among them. Undefined without news. */
  readonly newest: string | undefined;
  /** The conversations with messages or changes that are missing here. */
  readonly left: readonly OwnConversation[];
}

/** A conversation that has messages since a time, or changes of messages. `ts`: when the last one was, epoch ms. */
interface Updated extends OwnConversation {
  readonly ts: number;
  readonly hasMessages: boolean;
  readonly hasChanges: boolean;
}

/**
 * The news in all stored conversations of a principal since a time. Without news, it takes two queries for friends and
 * groups, two for strangers and visitors, and one batch read per hundred heads. Each conversation with messages takes one
 * query, and each with changes a query and a batch read.
 * @param since epoch ms
 * @param limit maximum number of messages, and of changes
 */
export async function newsOf(principal: Principal, since: number, limit: number, now: number): Promise<News> {
  const found = await conversationsSince(principal, since, limit, now);
  const read = found.slice(0, limit);
  const visible = await visibleSince(
    principal,
    read.map(({ conversation }) => conversation),
  );
  const pages = await pMap(
    read.map((of, n) => ({ of, visible: visible[n] ?? 0 })),
    async ({ of, visible }) => {
      const { conversation, hasMessages, hasChanges } = of;
      const [messages, { changed, isComplete }] = await Promise.all([
        hasMessages ? messagesSince(conversation, Math.max(since, visible), limit + 1, now) : [],
        hasChanges ? changesSince(conversation, { since, visible, limit }, now) : NO_CHANGES,
      ]);
      return {
        messages: messages.map((message) => ({ of, message })),
        changes: changed.map(({ change, message }) => ({ of, id: change, message })),
        left: isComplete ? [] : [of],
      };
    },
    { concurrency: AT_ONCE },
  );
  const items = pages.flatMap(({ messages }) => messages).sort((a, b) => (a.message.id < b.message.id ? -1 : 1));
  const changes = pages.flatMap(({ changes }) => changes).sort((a, b) => (a.id < b.id ? -1 : 1));
  const cut = [...items.slice(limit), ...changes.slice(limit)];
  const [message, change] = [items.at(-1)?.message.id, changes.at(-1)?.id];
  return {
    items: items.slice(0, limit),
    changes: changes.slice(0, limit),
    newest: change === undefined || (message !== undefined && message > change) ? message : change,
    left: [...new Set([...found.slice(limit), ...pages.flatMap(({ left }) => left), ...cut.map(({ of }) => of)])],
  };
}

const NO_CHANGES: { changed: ChangedMessage[]; isComplete: boolean } = { changed: [], isComplete: true };

/** The conversations that have news since a time, those with the oldest last message first. */
async function conversationsSince(principal: Principal, since: number, limit: number, now: number): Promise<Updated[]> {
  if (!isUser(principal)) {
    const found = await conversationsOfVisitor(principal, now);
    return updated(found.filter(({ ts }) => ts >= since)).sort((a, b) => a.ts - b.ts);
  }
  const [listed, contacts] = await Promise.all([
    listedConversations(principal),
    changedConversations(principal, { after: since - 1, limit: limit + 1 }, now),
  ]);
  const heads = await headsOf(listed, now);
  const isNew = (id: string | undefined) => id !== undefined && timeOf(id) >= since;
  const news = listed.flatMap((of, n) => {
    const { last, changed } = heads[n] ?? {};
    const [hasMessages, hasChanges] = [isNew(last), isNew(changed)];
    if (!hasMessages && !hasChanges) return [];
    return [{ ...of, ts: timeOf((hasMessages ? last : changed) ?? ''), hasMessages, hasChanges }];
  });
  return [...news, ...updated(contacts)].sort((a, b) => a.ts - b.ts);
}

/** Joins the entries of each conversation. */
function updated(entries: readonly ContactConversation[]): Updated[] {
  const joined = new Map<string, Updated>();
  for (const { isChange, ...of } of entries) {
    const key = `${of.kind}#${of.peer}`;
    const other = joined.get(key);
    joined.set(key, {
      ...of,
      ts: Math.max(of.ts, other?.ts ?? 0),
      hasMessages: !isChange || other?.hasMessages === true,
      hasChanges: isChange || other?.hasChanges === true,
    });
  }
  return [...joined.values()];
}
