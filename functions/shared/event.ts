import * as z from 'zod/mini';
import { eventFrame } from '../protocol/index.ts';
import { NAMESPACE } from './wire.ts';

/** An event of the chat, as it goes to its receivers and between functions. */
export const ChatEvent = z.object({
  name: z.string(),
  args: z.array(z.unknown()),
  /** Where its receivers are when they have it, for those that recover what they missed. */
  offset: z.optional(z.string()),
});
export type ChatEvent = z.output<typeof ChatEvent>;

/** The event as a frame. Clients that can recover take the last argument for an offset, if it is a string. */
export function frameOf({ name, args, offset }: ChatEvent, recoverable: boolean): string {
  return eventFrame(NAMESPACE, name, recoverable && offset !== undefined ? [...args, offset] : args);
}
