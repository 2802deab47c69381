import { announceOffline, sayOnline, sayOnlineToEverybody } from '../chat/presence.ts';
import { AnnounceJob } from './job.ts';

/** Tells others that somebody has come online or gone offline. Invoked asynchronously wherever a connection comes or goes. */
export async function handler(event: unknown): Promise<void> {
  const job = AnnounceJob.parse(event);
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
}
