import { announceOffline } from '../chat/presence.ts';
import { AnnounceJob } from '../jobs/presence-offline.ts';
import { about, observed } from '../observe/observed.ts';

/** Tells others that somebody has gone offline. Invoked asynchronously wherever a connection goes. */
export const handler = observed(async (event: unknown): Promise<void> => {
  const { user, left } = AnnounceJob.parse(event);
  about({ app: user.app });
  await announceOffline(user, left);
});
