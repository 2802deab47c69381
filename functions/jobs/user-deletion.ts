import * as z from 'zod/mini';
import { invokeAsync } from '../gateway/invoke.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';

/** The event of the function. What it has to do, and how far it is, is stored. */
export const UserDeletionJob = z.object({ app: z.string(), user: z.string() });
export type UserDeletionJob = z.output<typeof UserDeletionJob>;

/** Starts or continues a deletion. */
export function enqueueUserDeletion(job: UserDeletionJob): Promise<void> {
  return invokeAsync(requireEnv(ENV.userDeletionUrl), job);
}
