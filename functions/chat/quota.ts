import { ENV } from '../constants.ts';
import { requireEnv } from '../environment.ts';
import type { Allowance } from './plan.ts';

/** What the functions together may post: what the account may, less what its clients' requests need. */
export function quota(): Allowance {
  return { perSecond: Number(requireEnv(ENV.postsPerSecond)), burst: Number(requireEnv(ENV.postBurst)) };
}
