import * as z from 'zod/mini';
import { eventFrame } from '../protocol/index.ts';
import { NAMESPACE } from './wire.ts';

/** An event of the chat, as it goes to its receivers and between functions. */
export const ChatEvent = z.object({
  name: z.string(),
  args: z.array(z.unknown()),
});
export type ChatEvent = z.output<typeof ChatEvent>;

/** The event as a frame of the chat's namespace. */
export function chatFrame({ name, args }: ChatEvent): string {
  return eventFrame(NAMESPACE, name, args);
}
