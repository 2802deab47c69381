import * as z from 'zod/mini';
import { CLIENT_VERSIONS } from '../clients.ts';

/** A command for the process of a client pool, which returns an {@link Answer} for each. */
export const Order = z.discriminatedUnion('kind', [
  /** Logs in users. */
  z.object({
    kind: z.literal('login'),
    origin: z.string(),
    version: z.enum(CLIENT_VERSIONS),
    users: z.array(z.string()),
  }),
  /** Sends a message from a user to a room, and waits for the acknowledgement. */
  z.object({ kind: z.literal('say'), user: z.string(), room: z.string(), body: z.string() }),
  /** Waits until these users have received this system message, and returns all their messages. */
  z.object({ kind: z.literal('hear'), users: z.array(z.string()), until: z.string() }),
]);
export type Order = z.output<typeof Order>;

export const Numbered = z.object({ n: z.int(), order: Order });

export const Answer = z.object({
  n: z.int(),
  error: z.optional(z.string()),
  /** The bodies of all received messages by user, in order of arrival. */
  heard: z.optional(z.record(z.string(), z.array(z.string()))),
});
export type Answer = z.output<typeof Answer>;
