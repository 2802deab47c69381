import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { ENV } from '../shared/constants.ts';
import type { DeliverJob } from './deliver.ts';

/** Without the URL, the running function is the delivery function and invokes itself. */
const deliver = process.env[ENV.deliverUrl] ?? ownUrl();

/**
 * Enqueues deliveries, with one invocation per job.
 * @throws when Lambda rejected jobs; the other jobs stay enqueued
 */
export async function enqueueDeliveries(jobs: readonly DeliverJob[]): Promise<void> {
  const outcomes = await Promise.allSettled(jobs.map((job) => invokeAsync(deliver, job)));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} of ${jobs.length} delivery jobs were rejected`);
}
