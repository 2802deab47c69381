import type { ChatEvent } from '../shared/event.ts';
import { timeOf } from '../shared/message-id.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import type { ServerEvents } from '../shared/server-events.ts';
import { TYPE } from '../shared/wire.ts';
import type { OwnConversation } from '../store/conversations-of.ts';
import { type NewsItem, newsOf } from '../store/news.ts';
import { messageEvent, yourselfEvent } from './message-events.ts';

/** Ids sort by arrival. A message can be stored this much later (ms), because no function runs longer. */
const OVERLAP_MS = 30_000;

/** What a principal missed. */
export interface Missed {
  readonly events: readonly ChatEvent[];
  readonly synced: ServerEvents['synced'];
}

/**
 * What a principal missed since a message, oldest first; also messages that were stored late.
 * @param fitting the part of the messages that fits into a response
 */
export async function missedSince(
  principal: Principal,
  since: string,
  limit: number,
  now: number,
  fitting: (all: readonly NewsItem[]) => readonly NewsItem[] = (all) => all,
): Promise<Missed> {
  const { items, newest = since, left } = await newsOf(principal, timeOf(since) - OVERLAP_MS, limit, now);
  const shown = fitting(items);
  const cut = [...new Set([...left, ...items.slice(shown.length).map(({ of }) => of)])];
  return {
    events: shown.filter(({ message }) => message.id !== since).map((item) => eventOf(principal, item)),
    synced: {
      upTo: newest > since ? newest : since,
      complete: cut.length === 0,
      ...(cut.length > 0 && { conversations: cut.map((of) => addressOf(principal, of)) }),
    },
  };
}

/** The id and type with which a principal writes to a conversation. */
export const addressOf = (principal: Principal, { kind, peer }: OwnConversation) => ({
  id: peer,
  // A visitor addresses users as friends.
  type: isUser(principal) ? TYPE[kind] : TYPE.friend,
});

function eventOf(principal: Principal, { of, message: { push: _, ...message } }: NewsItem): ChatEvent {
  const { id, type } = addressOf(principal, of);
  if (message.speaker === principal.id) return yourselfEvent(message, { id, type });
  return messageEvent(message, { type, ...(of.kind === 'group' && { gid: id }) });
}
