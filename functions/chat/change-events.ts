import { ChatError, ERROR } from '../shared/errors.ts';
import { type ChatEvent, serverEvent } from '../shared/event.ts';
import type { Type } from '../shared/wire.ts';
import type { Message } from '../store/stored-message.ts';
import type { Act } from './change-rules.ts';

/** A conversation, as the receiver of an event addresses it. */
interface Address {
  readonly id: string;
  readonly type: Type;
}

/**
 * The event of a change.
 * @param by who made it; undefined with the master key
 */
export function eventOf(act: Act, message: Message, to: Address, by: string | undefined): ChatEvent {
  const who = by === undefined ? {} : { by };
  switch (act.kind) {
    case 'edit':
      return editedEvent(message, to, who);
    case 'recall':
      return recalledEvent(message, to, who);
    case 'react': {
      const { reaction, remove } = act;
      return reactionEvent(message, to, { ...who, reaction, ...(remove && { remove }) });
    }
  }
}

function editedEvent({ id, speaker, content, edited, ts }: Message, to: Address, who: object = {}): ChatEvent {
  if (!content) throw new ChatError(ERROR.notFound, `id: the message ${id} was recalled`);
  return serverEvent('edited', { to, id, speaker, content, edited: edited ?? ts, ...who });
}

/** `recalled`. */
export function recalledEvent({ id, speaker, recalled, ts }: Message, to: Address, who: object = {}): ChatEvent {
  return serverEvent('recalled', { to, id, speaker, recalled: recalled ?? ts, ...who });
}

function reactionEvent({ id, speaker, reactions, reacted, ts }: Message, to: Address, how: object = {}): ChatEvent {
  return serverEvent('reaction', { to, id, speaker, reactions: reactions ?? {}, reacted: reacted ?? ts, ...how });
}

/** The events of the changes of a message since a time, for a participant who may have missed them. */
export function missedChanges(message: Message, to: Address, since: number): ChatEvent[] {
  if (message.recalled !== undefined) return [recalledEvent(message, to)];
  return [
    ...((message.edited ?? 0) >= since ? [editedEvent(message, to)] : []),
    ...((message.reacted ?? 0) >= since ? [reactionEvent(message, to)] : []),
  ];
}
