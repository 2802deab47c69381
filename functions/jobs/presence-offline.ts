import * as z from 'zod/mini';

/** A user's last connection went at that moment (epoch ms); if he does not come back, that is to be told. */
export const PresenceOfflineJob = z.object({
  user: z.object({ app: z.string(), kind: z.literal('user'), id: z.string() }),
  left: z.number(),
});
export type PresenceOfflineJob = z.output<typeof PresenceOfflineJob>;
