/** A request of a webhook that the server did not sign, or signed too long ago. Answer it with 401. */
export class WebhookInvalid extends Error {
  override readonly name = 'WebhookInvalid';
}

/** Something that happened. */
export interface WebhookEvent {
  /** The same each time the event is delivered. */
  readonly id: string;
  /** Such as `message.sent`. */
  readonly type: string;
  /** When it happened, epoch milliseconds. */
  readonly ts: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The content of a signed request: events, or a question before something happens. */
export type VerifiedWebhook =
  | { readonly app: string; readonly events: readonly WebhookEvent[] }
  | { readonly app: string; readonly type: `before.${string}`; readonly data: Readonly<Record<string, unknown>> };

interface VerifyOptions {
  /** How many seconds a request may be old. @default 300 */
  readonly tolerance?: number;
}

/** The headers of a request: those of `fetch`, or of Node.js. */
type HeadersLike = { get(name: string): string | null } | Readonly<Record<string, string | string[] | undefined>>;

/**
 * Checks that the server signed a request of a webhook, and parses its body.
 * @param secret the secret that was shown when the webhook was added
 * @param headers of the request, with names in lower case
 * @param body the body as it was received, not parsed
 * @throws WebhookInvalid
 */
export async function verifyWebhook(
  secret: string,
  headers: HeadersLike,
  body: string,
  { tolerance = 300 }: VerifyOptions = {},
): Promise<VerifiedWebhook> {
  const header = (name: string) =>
    String((typeof headers.get === 'function' ? headers.get(name) : Reflect.get(headers, name)) ?? '');
  const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')];
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!(age <= tolerance)) throw new WebhookInvalid('webhook-timestamp: expected a time of the last minutes');
  const raw = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (character) => character.charCodeAt(0));
  const { subtle } = globalThis.crypto;
  const key = await subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const signature of header('webhook-signature').split(' ')) {
    if (signature.startsWith('v1,') && (await subtle.verify('HMAC', key, bytesOf(signature.slice(3)), signed))) {
      return JSON.parse(body);
    }
  }
  throw new WebhookInvalid('webhook-signature: expected a signature with the secret of the webhook');
}

function bytesOf(base64: string) {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}
