import * as z from 'zod/mini';

/** A user's last connection was removed at `left` (epoch ms). Others are notified unless the user comes back. */
export const PresenceOfflineJob = z.object({
  user: z.object({ app: z.string(), kind: z.literal('user'), id: z.string() }),
  left: z.number(),
});
export type PresenceOfflineJob = z.output<typeof PresenceOfflineJob>;
