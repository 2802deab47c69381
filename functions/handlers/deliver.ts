import * as z from 'zod/mini';
import { deliverMeasured, fanOut, type OnUnreached } from '../chat/fan-out.ts';
import { type Reading, readPart } from '../chat/part-reader.ts';
import { PostRate } from '../chat/post-rate.ts';
import { findRecipients } from '../chat/recipients.ts';
import { DeliverJob, type DeliverPart, type NoticesJob } from '../jobs/deliver.ts';
import { enqueueDeliveries } from '../jobs/deliver-enqueue.ts';
import { PushEvent } from '../jobs/push.ts';
import { enqueuePush } from '../jobs/push-enqueue.ts';
import { count } from '../observe/metrics.ts';
import { addLogContext, observed } from '../observe/observed.ts';
import { METRIC } from '../shared/constants.ts';

/** A message, which has an id; presence has none. */
const Said = z.object({ id: z.string() });

/** Time that is kept for posts under way, and for handing over what is left (ms). */
const RESERVE_MS = 15_000;

/**
 * Delivers an event: a whole delivery sees how large it is and starts shards, a shard posts. Nobody gets it twice because
 * of another recipient's failure: a shard that achieved something hands what is left to a job of its own. One that achieved
 * nothing fails, so that Lambda tries it again after a while, and in the end leaves it in the failure queue.
 */
export const handler = observed(async (event: unknown, context): Promise<void> => {
  const job = DeliverJob.parse(event);
  const { app } = job;
  if ('notices' in job) {
    addLogContext({ app });
    return deliverNotices(job);
  }
  const { push } = job;
  const said = Said.safeParse(job.event.args[0]);
  addLogContext({ app, ...(said.success && { message_id: said.data.id }) });
  const onUnreached: OnUnreached = async (users) => {
    if (push) await enqueuePush(users, { app, event: PushEvent.parse(job.event.args[0]), push });
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
  await onUnreached([...reading.offline, ...unreached]);
  const parts: DeliverPart[] = [
    ...(reading.rest ? [reading.rest] : []),
    ...(left.length > 0 ? [{ kind: 'recipients' as const, recipients: left }] : []),
  ];
  if (parts.length === 0) return;
  if (!madeProgress(part, reading, left)) throw reading.failure ?? new Error(`None of ${left.length} posts succeeded`);
  const rest = { ...job, share: { ...share, since: Date.now() } };
  await enqueueDeliveries(parts.map((part) => ({ ...rest, part })));
}

/** Whether anything is done. Otherwise what is left is the whole part, and a new job would repeat this one forever. */
function madeProgress(part: DeliverPart, { rest }: Reading, left: readonly unknown[]): boolean {
  return part.kind === 'recipients' ? left.length < part.recipients.length : rest !== part;
}
