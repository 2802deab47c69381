import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import type { PresenceOfflineJob } from './presence-offline.ts';

/** The function that announces may be the one that runs. */
const announce = process.env[ENV.presenceOfflineUrl] ?? ownUrl();

/** Has something announced. Never fails: what is announced has happened. */
export async function enqueuePresenceOffline(job: PresenceOfflineJob): Promise<void> {
  try {
    await invokeAsync(announce, job);
  } catch (error) {
    logger.error('A presence was not announced', { user: job.user.id, error });
  }
}
