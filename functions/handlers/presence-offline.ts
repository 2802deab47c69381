import * as z from 'zod/mini';
import { notifyOffline } from '../chat/presence.ts';
import { PresenceOfflineJob } from '../jobs/presence-offline.ts';
import { addLogContext, observed } from '../observe/observed.ts';

/** The SQS event. SQS delivers it after the grace period in which a user can reconnect. */
const Delayed = z.object({ Records: z.array(z.object({ body: z.string() })) });

const Event = z.union([
  z.pipe(
    Delayed,
    z.transform(({ Records }) => Records.map(({ body }) => PresenceOfflineJob.parse(JSON.parse(body)))),
  ),
  z.pipe(
    PresenceOfflineJob,
    z.transform((job) => [job]),
  ),
]);

/**
 * Notifies others that a user went offline. Functions that remove a connection invoke it asynchronously, and so does
 * the queue.
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const jobs = Event.parse(event);
  const [first, ...others] = jobs;
  if (first && others.length === 0) addLogContext({ app: first.user.app });
  const outcomes = await Promise.allSettled(jobs.map(({ user, left }) => notifyOffline(user, left)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  // The queue delivers all jobs again. A job that succeeded notifies nobody twice.
  if (failed) throw failed.reason;
});
