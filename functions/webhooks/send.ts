import { putEvents } from '../gateway/event-bridge.ts';
import { postOutside } from '../gateway/outside.ts';
import { count } from '../observe/metrics.ts';
import { METRIC } from '../shared/constants.ts';
import type { WebhookEvent } from '../shared/webhook-events.ts';
import type { Webhook } from '../store/webhook.ts';
import { secretsOfWebhook } from './secrets.ts';
import { signedHeaders } from './signature.ts';

/** How long a webhook may take to accept events, in ms. */
const TIMEOUT_MS = 5000;

/**
 * Sends events to a webhook in one request, or to the event bus. Counts them, or the failure.
 * @param id the id of the request, the same for each attempt
 * @throws when it does not accept them
 */
export async function sendEvents(
  app: string,
  webhook: Webhook,
  id: string,
  events: readonly WebhookEvent[],
): Promise<void> {
  try {
    await send(app, webhook, id, events);
    count(METRIC.webhookEvents, events.length);
  } catch (error) {
    count(METRIC.webhooksFailed);
    throw error;
  }
}

async function send(
  app: string,
  { id: webhookId, url }: Webhook,
  id: string,
  events: readonly WebhookEvent[],
): Promise<void> {
  if (url === undefined) return putEvents({ app, webhook: webhookId, id, events });
  const secrets = await secretsOfWebhook(app, webhookId);
  if (secrets === undefined) return;
  const body = JSON.stringify({ app, events });
  const headers = signedHeaders(secrets, id, body, Date.now());
  await postOutside(new URL(url), { headers, body, timeoutMs: TIMEOUT_MS });
}
