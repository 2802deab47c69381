import * as z from 'zod/mini';
import { notifyOffline } from '../chat/presence.ts';
import { PresenceOfflineJob } from '../jobs/presence-offline.ts';
import { addLogContext, observed } from '../observe/observed.ts';

/** What SQS hands over when the time has passed within which a user may come back. */
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

/** Tells others that somebody has gone offline. Invoked asynchronously wherever a connection goes, and by the queue. */
export const handler = observed(async (event: unknown): Promise<void> => {
  const jobs = Event.parse(event);
  const [first, ...others] = jobs;
  if (first && others.length === 0) addLogContext({ app: first.user.app });
  const outcomes = await Promise.allSettled(jobs.map(({ user, left }) => notifyOffline(user, left)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  // All of them come again; whose departure was told is not told twice.
  if (failed) throw failed.reason;
});
