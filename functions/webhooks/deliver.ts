import { createHash } from 'node:crypto';
import { MAX_DELAY_S, sendDelayed } from '../gateway/delay-queue.ts';
import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import type { WebhookJob } from '../jobs/webhooks.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { WebhookEvent } from '../shared/webhook-events.ts';
import { findApp } from '../store/apps.ts';
import type { Webhook } from '../store/webhook.ts';
import { recordFailure } from '../store/webhooks.ts';
import type { AppEvent } from './changes.ts';
import { sendEvents } from './send.ts';

/** The pauses before the attempts after the first, in seconds: 28 hours in total. */
const PAUSES_S = [10, 60, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 8 * 3600, 12 * 3600];

/** How long an instance makes no requests to a webhook that just failed, so that it does not delay others, in ms. */
const REST_MS = 30_000;

/** Maximum characters of the events in one request. The queue accepts messages of 256 KB, EventBridge too. */
const MAX_REQUEST = 180_000;

/** Maximum characters of an error that is kept. */
const MAX_ERROR = 300;

const resting = new Map<string, number>();

const isResting = (id: string) => (resting.get(id) ?? 0) > Date.now();

/**
 * Delivers events, in their order, to each webhook that subscribed to them. What a webhook does not accept is put into
 * the queue of retries, so it does not hold up others.
 * @throws when the queue does not accept them
 */
export async function deliverEvents(events: readonly AppEvent[]): Promise<void> {
  await Promise.all(
    [...new Set(events.map(({ app }) => app))].map(async (id) => {
      const webhooks = (await findApp(id))?.webhooks ?? [];
      const all = events.filter(({ app }) => app === id).map(({ event }) => event);
      await Promise.all(webhooks.map((webhook) => deliverTo(id, webhook, all)));
    }),
  );
}

async function deliverTo(app: string, webhook: Webhook, all: readonly WebhookEvent[]): Promise<void> {
  const wanted = webhook.enabled ? all.filter(({ type }) => webhook.events.some((name) => name === type)) : [];
  for (const events of requestsOf(wanted)) {
    const job: WebhookJob = { app, webhook: webhook.id, id: requestId(webhook, events), events, attempt: 0, waitS: 0 };
    // The next request of a webhook that failed waits behind the first.
    if (isResting(webhook.id) || !(await attempt(job, webhook))) await retryLater({ ...job, attempt: 1 });
  }
}

/** Divides events among requests. */
function requestsOf(events: readonly WebhookEvent[]): WebhookEvent[][] {
  const requests: WebhookEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const size = JSON.stringify(event).length;
    if (size > room) {
      requests.push([]);
      room = MAX_REQUEST;
    }
    requests.at(-1)?.push(event);
    room -= size;
  }
  return requests;
}

/** The same id when a stream delivers the same changes again. */
function requestId({ id }: Webhook, events: readonly WebhookEvent[]): string {
  const ids = [id, ...events.map((event) => event.id)].join(' ');
  return `msg_${createHash('sha256').update(ids).digest('base64url').slice(0, 27)}`;
}

/** @returns whether the webhook accepted the events. It never throws. */
async function attempt({ app, id, events, attempt }: WebhookJob, webhook: Webhook): Promise<boolean> {
  try {
    await sendEvents(app, webhook, id, events);
    resting.delete(webhook.id);
    return true;
  } catch (error) {
    resting.set(webhook.id, Date.now() + REST_MS);
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn('Webhook failed', { app, webhook: webhook.id, reason });
    const failure = { ts: Date.now(), error: reason.slice(0, MAX_ERROR), events: events.length, attempt: attempt + 1 };
    await recordFailure(app, webhook.id, failure).catch((error) => logger.error('Failure not recorded', { error }));
    return false;
  }
}

/** Queues a request. After the last pause, its last attempt is an invocation, whose failure goes to the failure queue. */
async function retryLater(job: WebhookJob): Promise<void> {
  const pause = PAUSES_S[job.attempt - 1];
  if (pause === undefined) return invokeAsync(ownUrl(), job);
  await pauseFor({ ...job, waitS: pause });
}

async function pauseFor(job: WebhookJob): Promise<void> {
  const now = Math.min(job.waitS, MAX_DELAY_S);
  await sendDelayed(requireEnv(ENV.webhookRetries), { ...job, waitS: job.waitS - now }, now);
}

/**
 * Continues with a request from the queue of retries: it waits on, makes the next attempt, or waits again.
 * @throws when the queue does not accept it
 */
export async function retry(job: WebhookJob): Promise<void> {
  if (job.waitS > 0) return pauseFor(job);
  const webhook = await webhookOf(job);
  if (!webhook) return;
  if (!(await attempt(job, webhook))) await retryLater({ ...job, attempt: job.attempt + 1 });
}

/** Makes one attempt. @throws when the webhook does not accept the events */
export async function deliverNow(job: WebhookJob): Promise<void> {
  const webhook = await webhookOf(job);
  if (webhook && !(await attempt(job, webhook))) {
    throw new Error(`Webhook ${job.webhook} of ${job.app} did not accept ${job.events.length} events`);
  }
}

/** The webhook of a job, unless it was removed or disabled meanwhile. */
async function webhookOf({ app, webhook }: WebhookJob): Promise<Webhook | undefined> {
  return (await findApp(app))?.webhooks?.find(({ id, enabled }) => id === webhook && enabled);
}
