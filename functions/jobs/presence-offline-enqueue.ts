import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import type { PresenceOfflineJob } from './presence-offline.ts';

/** Without the URL, the running function is the presence function and invokes itself. */
const presenceUrl = process.env[ENV.presenceOfflineUrl] ?? ownUrl();

/**
 * Enqueues the notification that a user went offline. It never throws, because the user is offline even without the
 * notification.
 */
export async function enqueuePresenceOffline(job: PresenceOfflineJob): Promise<void> {
  try {
    await invokeAsync(presenceUrl, job);
  } catch (error) {
    logger.error('A presence event was not sent', { user: job.user.id, error });
  }
}
