import * as z from 'zod/mini';
import { deliverMeasured, fanOut, type OnUnreached } from '../chat/fan-out.ts';
import { type Reading, readPart } from '../chat/part-reader.ts';
import { PostRate } from '../chat/post-rate.ts';
import { findRecipients } from '../chat/recipients.ts';
import { DeliverJob, type DeliverPart, type NoticesJob } from '../jobs/deliver.ts';
import { enqueueDeliveries } from '../jobs/deliver-enqueue.ts';
import { PushEvent, PushJob } from '../jobs/push.ts';
import { enqueuePush } from '../jobs/push-enqueue.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext, observed } from '../observe/observed.ts';
import { METRIC } from '../shared/constants.ts';

/** Whom a message mentions. */
const Mentioning = z.object({ mentions: PushJob.shape.mentions });

/** Messages have an id; presence events have none. */
const WithId = z.object({ id: z.string() });

/** Time reserved for posts in flight and for enqueuing the remaining work (ms). */
const RESERVE_MS = 15_000;

/**
 * Delivers an event. A whole delivery determines its size and starts shards. A shard posts to its connections.
 * A shard that made progress enqueues the remaining recipients as a new job, so no recipient gets the event twice. A
 * shard without progress fails. Lambda retries it later, and finally sends it to the failure queue.
 */
export const handler = observed(async (event: unknown, context): Promise<void> => {
  const job = DeliverJob.parse(event);
  const { app } = job;
  if ('notices' in job) {
    addLogContext({ app });
    return deliverNotices(job);
  }
  const { push } = job;
  const message = WithId.safeParse(job.event.args[0]);
  addLogContext({ app, ...(message.success && { message_id: message.data.id }) });
  const onUnreached: OnUnreached = async (users) => {
    if (!push) return;
    const [message] = job.event.args;
    await enqueuePush(users, { app, event: PushEvent.parse(message), push, ...Mentioning.parse(message) });
  };
  if ('part' in job) return deliverShard(job, context.getRemainingTimeInMillis(), onUnreached);
  if (job.event.name === 'sys') count(METRIC.systemMessages);
  const recipients = await findRecipients(app, job.to);
  return recipients && fanOut(job, recipients, onUnreached);
});

/** Those of one receiver in their order. */
async function deliverNotices({ app, notices }: z.output<typeof NoticesJob>): Promise<void> {
  for (const { events, to } of notices) {
    const recipients = await findRecipients(app, to);
    if (!recipients) continue;
    for (const event of events) await fanOut({ app, event, priority: 'notice' }, recipients);
  }
}

type Shard = Extract<DeliverJob, { part: DeliverPart }>;

async function deliverShard(job: Shard, remainingMs: number, onUnreached: OnUnreached): Promise<void> {
  const now = Date.now();
  const { app, part, share, priority } = job;
  const until = now + remainingMs - RESERVE_MS;
  const rate = new PostRate(share, priority, now, share.since);
  const { consumed, reading } = await readPart(part, { app, until }, (recipients) =>
    deliverMeasured(job, recipients, { rate, until }),
  );
  const { left, unreached } = consumed;
  await onUnreached([...reading.away, ...unreached]);
  const parts: DeliverPart[] = [
    ...(reading.rest ? [reading.rest] : []),
    ...(left.length > 0 ? [{ kind: 'recipients' as const, recipients: left }] : []),
  ];
  if (parts.length === 0) return;
  if (!madeProgress(part, reading, left)) throw reading.failure ?? new Error(`None of ${left.length} posts succeeded`);
  const rest = { ...job, share: { ...share, since: Date.now() } };
  await enqueueDeliveries(parts.map((part) => ({ ...rest, part })));
}

/** Whether a shard made progress. Without progress, a new job would repeat the same part forever. */
function madeProgress(part: DeliverPart, { rest }: Reading, left: readonly unknown[]): boolean {
  return part.kind === 'recipients' ? left.length < part.recipients.length : rest !== part;
}
