import { announceOffline } from '../chat/presence.ts';
import { AnnounceJob } from './job.ts';

/** Tells others that somebody has gone offline. Invoked asynchronously wherever a connection goes. */
export async function handler(event: unknown): Promise<void> {
  const { user, left } = AnnounceJob.parse(event);
  await announceOffline(user, left);
}
