import type { ChatEvent } from '../shared/event.ts';
import { timeOf } from '../shared/message-id.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import type { ServerEvents } from '../shared/server-events.ts';
import { TYPE } from '../shared/wire.ts';
import type { OwnConversation } from '../store/conversations-of.ts';
import { type NewsItem, newsOf } from '../store/news.ts';
import { isReadable } from '../store/stored-message.ts';
import { missedChanges, recalledEvent } from './change-events.ts';
import { messageEvent, yourselfEvent } from './message-events.ts';

/** Ids sort by arrival. A message can be stored this much later (ms), because no function runs longer. */
const OVERLAP_MS = 30_000;

/** An event, and its conversation. */
interface Event {
  readonly of: OwnConversation;
  readonly event: ChatEvent;
}

/** What a principal missed. */
export interface Missed {
  readonly events: readonly ChatEvent[];
  readonly synced: ServerEvents['synced'];
}

/**
 * What a principal missed since a message, oldest first; also messages that were stored late, and then the changes of
 * earlier messages.
 * @param fitting the part of the events that fits into a response
 */
export async function missedSince(
  principal: Principal,
  since: string,
  limit: number,
  now: number,
  fitting: (all: readonly Event[]) => readonly Event[] = (all) => all,
): Promise<Missed> {
  const start = timeOf(since) - OVERLAP_MS;
  const { items, changes, newest = since, left } = await newsOf(principal, start, limit, now);
  // The client has the message `since`, but perhaps not its changes.
  const [known, news] = [
    items.filter(({ message }) => message.id === since),
    items.filter(({ message }) => message.id !== since),
  ];
  const all: Event[] = [
    ...news.map((item) => ({ of: item.of, event: eventOf(principal, item) })),
    ...[...known, ...changes].flatMap(({ of, message }) =>
      missedChanges(message, addressOf(principal, of), start).map((event) => ({ of, event })),
    ),
  ];
  const shown = fitting(all);
  const cut = [...new Set([...left, ...all.slice(shown.length).map(({ of }) => of)])];
  return {
    events: shown.map(({ event }) => event),
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
  if (!isReadable(message)) return recalledEvent(message, { id, type });
  if (message.speaker === principal.id) return yourselfEvent(message, { id, type });
  return messageEvent(message, { type, ...(of.kind === 'group' && { gid: id }) });
}
