import { lookup } from '../store/dynamo.ts';
import { webhookDetails } from '../store/webhooks.ts';

/** How long an instance keeps secrets. */
const TRUST_MS = 60_000;

const known = new Map<string, { secret: string; until: number }>();

/** The secret of a webhook, from a cache of at most one minute. Undefined when the webhook was removed. */
export async function secretOfWebhook(app: string, id: string): Promise<string | undefined> {
  const key = `${app}#${id}`;
  const cached = known.get(key);
  if (cached && cached.until > Date.now()) return cached.secret;
  known.delete(key);
  const [found] = await lookup([webhookDetails(app, id)]);
  if (!found) return undefined;
  known.set(key, { secret: found.secret, until: Date.now() + TRUST_MS });
  return found.secret;
}
