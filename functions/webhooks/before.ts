import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { postOutside } from '../gateway/outside.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { METRIC } from '../shared/constants.ts';
import { checkContent, MessageInput } from '../shared/content.ts';
import { Forbidden } from '../shared/errors.ts';
import type { Before } from '../shared/webhook-events.ts';
import { findApp } from '../store/apps.ts';
import type { Webhook } from '../store/webhook.ts';
import { secretsOfWebhook } from './secrets.ts';
import { signedHeaders } from './signature.ts';

/** How long all webhooks of an application together may take to decide, in ms. */
const DECISION_MS = 800;

/** Maximum characters of a reason that a user reads. */
const MAX_REASON = 200;

const Decision = z.object({
  action: z._default(z.enum(['allow', 'refuse']), 'allow'),
  /** Why it is refused. */
  reason: z.optional(z.string()),
  /** In place of the content of a message. */
  content: z.optional(MessageInput.shape.content),
  remark: z.optional(MessageInput.shape.remark),
});

type Changes = Pick<z.output<typeof Decision>, 'content' | 'remark'>;

/**
 * Asks the webhooks of an application before something happens. Without such webhooks, it does nothing.
 * @returns what they change
 * @throws Forbidden 5003 when one refuses, or does not decide in time and its setting says so
 */
export async function askBefore(
  app: string,
  action: Before,
  data: Readonly<Record<string, unknown>>,
): Promise<Changes> {
  const webhooks = (await findApp(app))?.webhooks ?? [];
  const asked = webhooks.filter(({ enabled, before }) => enabled && before.includes(action));
  const deadline = Date.now() + DECISION_MS;
  let changes: Changes = {};
  for (const webhook of asked) {
    const {
      action: decided,
      reason,
      ...changed
    } = await decision(app, webhook, action, { ...data, ...changes }, deadline);
    if (decided === 'refuse') throw new Forbidden((reason ?? 'The application refused this').slice(0, MAX_REASON));
    changes = { ...changes, ...changed };
  }
  return changes;
}

async function decision(
  app: string,
  { id: webhookId, url, onFailure }: Webhook,
  action: Before,
  data: Readonly<Record<string, unknown>>,
  deadline: number,
): Promise<z.output<typeof Decision>> {
  try {
    const secrets = await secretsOfWebhook(app, webhookId);
    // It was removed a moment ago.
    if (secrets === undefined || url === undefined) return { action: 'allow' };
    const id = `msg_${randomUUID()}`;
    const now = Date.now();
    const body = JSON.stringify({ app, type: `before.${action}`, timestamp: new Date(now).toISOString(), data });
    const headers = signedHeaders(secrets, id, body, now);
    const answer = await postOutside(new URL(url), { headers, body, timeoutMs: Math.max(1, deadline - now) });
    const decided = Decision.parse(answer === '' ? {} : JSON.parse(answer));
    if (decided.content) checkContent({ ...decided, content: decided.content }, 'webhook');
    return decided;
  } catch (error) {
    count(METRIC.webhooksFailed);
    logger.warn('Webhook made no decision', { webhook: webhookId, error, outcome: onFailure });
    return { action: onFailure, reason: 'The application did not decide in time; try again later' };
  }
}
