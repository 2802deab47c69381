import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { PostAllowance } from './sharding.ts';

/** What the functions together may post: what the account may, less what its clients' requests need. */
export function postAllowance(): PostAllowance {
  return { perSecond: Number(requireEnv(ENV.postsPerSecond)), burst: Number(requireEnv(ENV.postBurst)) };
}
