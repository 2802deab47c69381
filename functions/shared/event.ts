import * as z from 'zod/mini';
import { eventFrame } from '../protocol/index.ts';
import type { ServerEvents } from './server-events.ts';
import { NAMESPACE } from './wire.ts';

/** An event of the chat, as it goes to its receivers and between functions. */
export const ChatEvent = z.object({
  name: z.string(),
  args: z.array(z.unknown()),
});
export type ChatEvent = z.output<typeof ChatEvent>;

/** Builds an event that clients know; the compiler checks it against `SERVER_EVENTS`. */
export function serverEvent<N extends keyof ServerEvents>(name: N, argument: ServerEvents[N]): ChatEvent {
  return { name, args: [argument] };
}

/** The event as a frame of the chat's namespace. */
export function chatFrame({ name, args }: ChatEvent): string {
  return eventFrame(NAMESPACE, name, args);
}
