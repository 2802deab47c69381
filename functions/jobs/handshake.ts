import * as z from 'zod/mini';

/** A connection that waits for its Engine.IO open packet. */
export const HandshakeJob = z.object({ connectionId: z.string(), eio: z.literal([3, 4]) });
export type HandshakeJob = z.output<typeof HandshakeJob>;
