import { type ChatEvent, serverEvent } from '../shared/event.ts';
import type { Type } from '../shared/wire.ts';
import type { Message, Readable } from '../store/stored-message.ts';

/** The sender of a message from the viewpoint of its receivers. */
export interface SenderView {
  readonly type: Type;
  readonly gid?: string;
}

/** A message from the viewpoint of its receivers. They do not get the client's id for it. */
export function messageView({ speaker, cid: _, ...message }: Readable, seenAs: SenderView) {
  return { from: { id: speaker, ...seenAs }, ...message };
}

/** `message`, for all devices of the receivers. */
export function messageEvent(message: Readable, seenAs: SenderView): ChatEvent {
  return serverEvent('message', messageView(message, seenAs));
}

/** `yourself`, for the other devices of the sender. */
export function yourselfEvent(message: Readable, to: { id: string; type: Type }): ChatEvent {
  const { speaker: _, ...shown } = message;
  return serverEvent('yourself', { to, ...shown });
}

/** `ack`, for the device that sent the message with this number. */
export function ackEvent(message: Message, ack: number): ChatEvent {
  const { ts, cid } = message;
  return serverEvent('ack', { ack, ts, ...(cid !== undefined && { cid }) });
}
