import { randomUUID } from 'node:crypto';
import { invokeAsync } from '../gateway/invoke.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { lookup } from '../store/dynamo.ts';
import { pushTargetsOf } from '../store/installations.ts';
import { type PushJob, targetsOf } from './push.ts';

const push = requireEnv(ENV.pushUrl);

/** Maximum number of installations per job. */
const MAX_TARGETS = 100;

/**
 * Enqueues pushes to all installations of users whose devices the message did not reach. It never throws, because the
 * server already accepted the message.
 */
export async function enqueuePush(
  users: readonly Principal[],
  job: Omit<PushJob, 'targets' | 'attempt'>,
): Promise<void> {
  if (users.length === 0 || job.push?.enable === false) return;
  try {
    const found = await lookup(users.map(pushTargetsOf));
    const targets = users.flatMap(({ id }, n) => {
      const { installs = [], hasSettings = false } = found[n] ?? {};
      return targetsOf(id, installs, hasSettings);
    });
    for (let n = 0; n < targets.length; n += MAX_TARGETS) {
      const some = targets.slice(n, n + MAX_TARGETS);
      await invokeAsync(push, { ...job, targets: some, attempt: randomUUID() } satisfies PushJob);
    }
  } catch (error) {
    logger.error('A message was not pushed', { error });
  }
}
