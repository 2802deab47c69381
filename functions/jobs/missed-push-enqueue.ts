import { invokeAsync } from '../gateway/invoke.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { MissedJob } from './push.ts';

const push = requireEnv(ENV.pushUrl);

/** Enqueues pushes of what a user missed on a dead connection. It never throws, because the connection is removed. */
export async function enqueueMissedPushes(job: MissedJob): Promise<void> {
  try {
    await invokeAsync(push, job);
  } catch (error) {
    logger.error('Missed messages were not pushed', { connection_id: job.connectionId, error });
  }
}
