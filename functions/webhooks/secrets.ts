import { lookup } from '../store/dynamo.ts';
import { type WebhookDetails, webhookDetails } from '../store/webhooks.ts';

/** How long an instance keeps secrets. */
const TRUST_MS = 60_000;

const known = new Map<string, { details: WebhookDetails; until: number }>();

/**
 * The secrets with which requests of a webhook are signed now, the current one first. An instance learns of changes
 * within a minute. Undefined when the webhook was removed.
 */
export async function secretsOfWebhook(app: string, id: string): Promise<string[] | undefined> {
  const details = await detailsOf(app, id);
  if (!details) return undefined;
  const { secret, previousSecret, previousUntil } = details;
  return previousSecret !== undefined && previousUntil > Date.now() ? [secret, previousSecret] : [secret];
}

async function detailsOf(app: string, id: string): Promise<WebhookDetails | undefined> {
  const key = `${app}#${id}`;
  const cached = known.get(key);
  if (cached && cached.until > Date.now()) return cached.details;
  known.delete(key);
  const [details] = await lookup([webhookDetails(app, id)]);
  if (details) known.set(key, { details, until: Date.now() + TRUST_MS });
  return details;
}
