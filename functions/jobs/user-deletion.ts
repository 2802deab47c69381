import * as z from 'zod/mini';
import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { ENV } from '../shared/constants.ts';

/** The event of the function. What it has to do, and how far it is, is stored. */
export const UserDeletionJob = z.object({ app: z.string(), user: z.string() });
export type UserDeletionJob = z.output<typeof UserDeletionJob>;

/** Starts or continues a deletion. Without the URL, the running function invokes itself. */
export function enqueueUserDeletion(job: UserDeletionJob): Promise<void> {
  return invokeAsync(process.env[ENV.userDeletionUrl] ?? ownUrl(), job);
}
