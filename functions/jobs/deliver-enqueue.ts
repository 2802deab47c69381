import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { ENV } from '../shared/constants.ts';
import type { DeliverJob } from './deliver.ts';

/** The function that delivers may be the one that runs. */
const deliver = process.env[ENV.deliverUrl] ?? ownUrl();

/**
 * Has something delivered, by one invocation for each job.
 * @throws when Lambda did not take all of them; it has those that it took
 */
export async function enqueueDeliveries(jobs: readonly DeliverJob[]): Promise<void> {
  const outcomes = await Promise.allSettled(jobs.map((job) => invokeAsync(deliver, job)));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} of ${jobs.length} jobs were not taken`);
}
