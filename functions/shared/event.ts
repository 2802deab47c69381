import * as z from 'zod/mini';
import { eventFrame } from '../protocol/index.ts';
import type { ServerEvents } from './server-events.ts';
import { NAMESPACE } from './wire.ts';

/** A chat event, as sent to receivers and passed between functions. */
export const ChatEvent = z.object({
  name: z.string(),
  args: z.array(z.unknown()),
});
export type ChatEvent = z.output<typeof ChatEvent>;

/** Builds an event of the protocol. The compiler checks it against `SERVER_EVENTS`. */
export function serverEvent<N extends keyof ServerEvents>(name: N, argument: ServerEvents[N]): ChatEvent {
  return { name, args: [argument] };
}

/** Encodes an event as a frame of the chat namespace. */
export function chatFrame({ name, args }: ChatEvent): string {
  return eventFrame(NAMESPACE, name, args);
}
