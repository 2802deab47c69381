import { randomUUID } from 'node:crypto';
import { invokeAsync } from '../gateway/invoke.ts';
import { logger } from '../observe/logger.ts';
import { ENV } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { After, WebhookEvent } from '../shared/webhook-events.ts';
import { findApp } from '../store/apps.ts';
import type { WebhookNotice } from './webhooks.ts';

const webhooks = requireEnv(ENV.webhooksUrl);

/**
 * Enqueues an event that no stream contains, if a webhook of the application wants it. It never throws, because what the
 * event is about has happened.
 */
export async function enqueueWebhookEvent(
  app: string,
  type: After,
  data: WebhookEvent['data'],
  id: string = randomUUID(),
): Promise<void> {
  try {
    const wanted = (await findApp(app))?.webhooks?.some(({ enabled, events }) => enabled && events.includes(type));
    if (!wanted) return;
    const event: WebhookEvent = { id: `evt_${id}`, type, ts: Date.now(), data };
    await invokeAsync(webhooks, { app, events: [event] } satisfies WebhookNotice);
  } catch (error) {
    logger.error('An event was not sent to webhooks', { type, error });
  }
}
