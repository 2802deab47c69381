import { type ChatEvent, serverEvent } from '../shared/event.ts';
import type { Type } from '../shared/wire.ts';
import type { Message } from '../store/messages.ts';

/** As what the receivers of a message see its speaker. */
export interface SenderView {
  readonly type: Type;
  readonly gid?: string;
}

function shown({ speaker: _, ...message }: Message) {
  return message;
}

/** What the receivers of a message see of it. */
export function messageView(message: Message, seenAs: SenderView) {
  return { from: { id: message.speaker, ...seenAs }, ...shown(message) };
}

/** `message`, to all devices of its receivers. */
export function messageEvent(message: Message, seenAs: SenderView): ChatEvent {
  return serverEvent('message', messageView(message, seenAs));
}

/** `yourself`, to the other devices of its speaker. */
export function yourselfEvent(message: Message, to: { id: string; type: Type }): ChatEvent {
  return serverEvent('yourself', { to, ...shown(message) });
}

/** `ack`, to the device by which it was said with that number. */
export function ackEvent(message: Message, ack: number): ChatEvent {
  return serverEvent('ack', { ack, ts: message.ts });
}
