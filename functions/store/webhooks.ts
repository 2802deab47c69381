import * as z from 'zod/mini';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { readApp, updateApp } from './app-directory.ts';
import { appKey } from './apps.ts';
import { dynamo, type Lookup, lookup, unlessRefused } from './dynamo.ts';
import type { Webhook } from './webhook.ts';

const table = requireEnv(ENV.coreTable);

/** Maximum webhooks of an application: their settings are in its item. */
export const MAX_WEBHOOKS = 10;

/** How many failures of a webhook are kept. */
const KEPT_FAILURES = 10;

const Failure = z.object({
  /** Epoch ms. */
  ts: z.number(),
  error: z.string(),
  /** The number of events in the request. */
  events: z.number(),
  /** The attempts so far. */
  attempt: z.number(),
});

/** A request to a webhook that failed. */
export type Failure = z.output<typeof Failure>;

/** How long requests are also signed with the previous secret, in ms. */
const PREVIOUS_SECRET_MS = 24 * 3_600_000;

const Details = z.object({
  secret: z.string(),
  previousSecret: z.optional(z.string()),
  /** Until when requests are also signed with the previous secret, epoch ms. */
  previousUntil: z._default(z.number(), 0),
  created: z.number(),
  failures: z._default(z.array(Failure), []),
});

/** What the item of a webhook contains: its secrets, and its recent failures, the latest first. */
export type WebhookDetails = z.output<typeof Details>;

const detailsKey = (app: string, id: string) => ({ ...appKey(app), [SORT_KEY]: `webhook#${id}` });

export function webhookDetails(app: string, id: string): Lookup<WebhookDetails | undefined> {
  return { table, key: detailsKey(app, id), parse: (item) => item && Details.parse(item) };
}

/** The webhooks of an application, from its current item. */
export async function webhooksOf(app: string): Promise<Webhook[]> {
  return [...((await readApp(app))?.webhooks ?? [])];
}

/** Stores a webhook and its secret. @throws ChatError 5008 when the application has too many */
export async function addWebhook(app: string, webhook: Webhook, secret: string, now: number): Promise<void> {
  const key = detailsKey(app, webhook.id);
  // The secret comes first, because a webhook without one counts as removed.
  await dynamo.put({ TableName: table, Item: { ...key, secret, created: now } });
  try {
    await updateApp(app, ({ webhooks = [] }) => {
      // The SDK repeats a write whose response was lost.
      if (webhooks.some(({ id }) => id === webhook.id)) return undefined;
      if (webhooks.length >= MAX_WEBHOOKS) {
        throw new ChatError(ERROR.memberLimit, `The application has ${MAX_WEBHOOKS} webhooks, which is the maximum`);
      }
      return { webhooks: [...webhooks, webhook] };
    });
  } catch (error) {
    if (error instanceof ChatError) await dynamo.delete({ TableName: table, Key: key });
    throw error;
  }
}

/** Changes a webhook. One that was removed meanwhile stays removed. */
export async function changeWebhook(app: string, id: string, changes: Partial<Webhook>): Promise<void> {
  await updateApp(app, ({ webhooks = [] }) => ({
    webhooks: webhooks.map((webhook) => (webhook.id === id ? { ...webhook, ...changes } : webhook)),
  }));
}

/** Removes a webhook with its secret. */
export async function removeWebhook(app: string, id: string): Promise<void> {
  await updateApp(app, ({ webhooks = [] }) => ({ webhooks: webhooks.filter((webhook) => webhook.id !== id) }));
  await dynamo.delete({ TableName: table, Key: detailsKey(app, id) });
}

/**
 * Replaces the secret of a webhook. Requests are also signed with the previous one for a day.
 * @returns until when, epoch ms
 */
export async function replaceSecret(app: string, id: string, secret: string, now: number): Promise<number> {
  const until = now + PREVIOUS_SECRET_MS;
  await dynamo.update({
    TableName: table,
    Key: detailsKey(app, id),
    UpdateExpression: 'SET previousSecret = secret, previousUntil = :until, secret = :secret',
    ConditionExpression: 'attribute_exists(#pk)',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    ExpressionAttributeValues: { ':secret': secret, ':until': until },
  });
  return until;
}

/** Keeps a failure of a webhook among its recent ones, unless it was removed. */
export async function recordFailure(app: string, id: string, failure: Failure): Promise<void> {
  const [found] = await lookup([webhookDetails(app, id)]);
  const failures = [failure, ...(found?.failures ?? [])].slice(0, KEPT_FAILURES);
  await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: detailsKey(app, id),
      UpdateExpression: 'SET failures = :failures',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: { ':failures': failures },
    }),
  );
}
