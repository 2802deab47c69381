import * as z from 'zod/mini';
import { CLIENT_VERSIONS } from '../clients.ts';

/** What the process of a client pool is asked to do; it answers each with an {@link Answer}. */
export const Order = z.discriminatedUnion('kind', [
  /** Logs in as so many users. */
  z.object({
    kind: z.literal('login'),
    origin: z.string(),
    version: z.enum(CLIENT_VERSIONS),
    users: z.array(z.string()),
  }),
  /** Has a user say something in a room; done when that is acknowledged. */
  z.object({ kind: z.literal('say'), user: z.string(), room: z.string(), body: z.string() }),
  /** Waits until these users have this system message, and tells what messages they have. */
  z.object({ kind: z.literal('hear'), users: z.array(z.string()), until: z.string() }),
]);
export type Order = z.output<typeof Order>;

export const Numbered = z.object({ n: z.int(), order: Order });

export const Answer = z.object({
  n: z.int(),
  error: z.optional(z.string()),
  /** The bodies of all messages that users have, in the order in which they came. */
  heard: z.optional(z.record(z.string(), z.array(z.string()))),
});
export type Answer = z.output<typeof Answer>;
