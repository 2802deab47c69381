import { notifyOffline } from '../chat/presence.ts';
import { PresenceOfflineJob } from '../jobs/presence-offline.ts';
import { addLogContext, observed } from '../observe/observed.ts';

/** Tells others that somebody has gone offline. Invoked asynchronously wherever a connection goes. */
export const handler = observed(async (event: unknown): Promise<void> => {
  const { user, left } = PresenceOfflineJob.parse(event);
  addLogContext({ app: user.app });
  await notifyOffline(user, left);
});
