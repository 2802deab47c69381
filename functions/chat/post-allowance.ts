import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { PostAllowance } from './sharding.ts';

/** The post rate of all functions together: the account limit minus the share reserved for client requests. */
export function postAllowance(): PostAllowance {
  return { perSecond: Number(requireEnv(ENV.postsPerSecond)), burst: Number(requireEnv(ENV.postBurst)) };
}
