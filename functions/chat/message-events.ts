import { type ChatEvent, serverEvent } from '../shared/event.ts';
import type { Type } from '../shared/wire.ts';
import type { Message } from '../store/messages.ts';

/** The sender of a message from the viewpoint of its receivers. */
export interface SenderView {
  readonly type: Type;
  readonly gid?: string;
}

function shown({ speaker: _, ...message }: Message) {
  return message;
}

/** A message from the viewpoint of its receivers. */
export function messageView(message: Message, seenAs: SenderView) {
  return { from: { id: message.speaker, ...seenAs }, ...shown(message) };
}

/** `message`, for all devices of the receivers. */
export function messageEvent(message: Message, seenAs: SenderView): ChatEvent {
  return serverEvent('message', messageView(message, seenAs));
}

/** `yourself`, for the other devices of the sender. */
export function yourselfEvent(message: Message, to: { id: string; type: Type }): ChatEvent {
  return serverEvent('yourself', { to, ...shown(message) });
}

/** `ack`, for the device that sent the message with this number. */
export function ackEvent(message: Message, ack: number): ChatEvent {
  return serverEvent('ack', { ack, ts: message.ts });
}
