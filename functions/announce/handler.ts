import { announceOffline, sayOnline, sayOnlineToEverybody } from '../chat/presence.ts';
import { about, observed } from '../observe/observed.ts';
import { AnnounceJob } from './job.ts';

/** Tells others that somebody has come online or gone offline. Invoked asynchronously wherever a connection comes or goes. */
export const handler = observed(async (event: unknown): Promise<void> => {
  const job = AnnounceJob.parse(event);
  about({ app: job.user.app });
  switch (job.kind) {
    case 'online':
      return sayOnline(
        job.user,
        job.connectionIds.map((connectionId) => ({ connectionId })),
      );
    case 'online_x':
      return sayOnlineToEverybody(job.user, job.except);
    case 'left':
      return announceOffline(job.user, job.left);
  }
});
