import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { reasonAgainst, resolvesPublicly } from '../../gateway/outside.ts';
import { ENV } from '../../shared/constants.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { AFTER, BEFORE } from '../../shared/webhook-events.ts';
import { lookup } from '../../store/dynamo.ts';
import type { Webhook } from '../../store/webhook.ts';
import {
  addWebhook,
  changeWebhook,
  recordFailure,
  removeWebhook,
  replaceSecret,
  webhookDetails,
  webhooksOf,
} from '../../store/webhooks.ts';
import { sendEvents } from '../../webhooks/send.ts';
import { isSecret, newSecret } from '../../webhooks/signature.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { id } from '../parameters.ts';
import { route } from '../route.ts';

function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description });
  return schema;
}

const url = () =>
  z.string().register(z.globalRegistry, {
    description: 'The address, with https. Without it, the event bus of the deployment',
    examples: ['https://example.com/chat-events'],
  });
const events = () => described(z.array(z.enum(AFTER)), 'Events that it receives after they happened');
const before = () => described(z.array(z.enum(BEFORE)), 'What it decides on before it happens');
const onFailure = () => described(z.enum(['allow', 'refuse']), 'What happens if it does not decide within 800 ms');
const enabled = () => described(z.boolean(), 'Whether it is used');

const WebhookShape = z
  .object({
    id: z.string(),
    url: z.optional(url()),
    events: events(),
    before: before(),
    onFailure: onFailure(),
    enabled: enabled(),
    created: z.optional(described(z.number(), 'Epoch milliseconds')),
    failures: described(
      z.array(z.object({ ts: z.number(), error: z.string(), events: z.number(), attempt: z.number() })),
      'Up to ten recent requests that failed, the latest first',
    ),
  })
  .register(z.globalRegistry, { id: 'Webhook' });

const NewWebhookShape = z
  .extend(WebhookShape, { secret: described(z.string(), 'Signs the requests. It is shown only once') })
  .register(z.globalRegistry, { id: 'NewWebhook' });

const SecretShape = z
  .object({
    secret: described(z.string(), 'Signs the requests. It is shown only once'),
    previousUntil: described(z.number(), 'Until when requests are also signed with the old secret, epoch ms'),
  })
  .register(z.globalRegistry, { id: 'WebhookSecret' });

const TestShape = z
  .object({
    success: z.boolean(),
    ms: described(z.number(), 'How long it took'),
    error: z.optional(z.string()),
  })
  .register(z.globalRegistry, { id: 'WebhookTest' });

const secret = () => z.optional(described(z.string(), 'A secret of your own: whsec_ and 24 to 64 bytes in base64'));

const New = z.object({
  url: z.optional(url()),
  events: z._default(events(), []),
  before: z._default(before(), []),
  onFailure: z._default(onFailure(), 'allow'),
  secret: secret(),
});

const Changes = z.object({
  url: z.optional(url()),
  events: z.optional(events()),
  before: z.optional(before()),
  onFailure: z.optional(onFailure()),
  enabled: z.optional(enabled()),
});

const params = z.object({ id: id('id', 'The webhook', '3f0c9f1e-6a53-4a0e-9a51-0d3f3c1f5a6e') });
const common = { strict: 'always', access: masterOnly } as const;

async function existing(app: string, id: string): Promise<Webhook> {
  const found = (await webhooksOf(app)).find((webhook) => webhook.id === id);
  if (!found) throw new ChatError(ERROR.notFound, `There is no webhook ${id}`);
  return found;
}

async function shown(app: string, webhooks: readonly Webhook[]): Promise<z.output<typeof WebhookShape>[]> {
  const details = await lookup(
    webhooks.map(({ id }) => webhookDetails(app, id)),
    { consistent: true },
  );
  return webhooks.map((webhook, n) => ({
    ...webhook,
    created: details[n]?.created,
    failures: details[n]?.failures ?? [],
  }));
}

/** @throws ChatError 5001 for an address that the server does not use, 5009 for what the deployment does not support */
async function check({ url: address, events, before }: Omit<Webhook, 'id' | 'onFailure' | 'enabled'>): Promise<void> {
  if (events.length + before.length === 0) {
    throw new ChatError(ERROR.badParameter, 'events, before: expected at least one event or decision');
  }
  if (events.length > 0 && process.env[ENV.webhooks] !== 'true') {
    const message = 'events: this deployment sends no events; set webhooks to true in macaw.json and deploy it';
    throw new ChatError(ERROR.unsupported, message);
  }
  if (address === undefined) return checkEventBus(before.length > 0);
  if (!URL.canParse(address)) throw new ChatError(ERROR.badParameter, 'url: expected a URL');
  const parsed = new URL(address);
  const reason = reasonAgainst(parsed);
  if (reason !== undefined) throw new ChatError(ERROR.badParameter, `url: ${reason}`);
  if (!(await resolvesPublicly(parsed))) {
    throw new ChatError(ERROR.badParameter, `url: ${parsed.hostname} has no public address`);
  }
}

/** The secret that the request wants, or a new one. @throws ChatError 5001 */
function checkedSecret(own: string = newSecret()): string {
  if (isSecret(own)) return own;
  throw new ChatError(ERROR.badParameter, 'secret: expected whsec_ and 24 to 64 bytes in base64');
}

function checkEventBus(decides: boolean): void {
  if (decides) throw new ChatError(ERROR.badParameter, 'url: expected a URL, because an event bus cannot decide');
  if (process.env[ENV.eventBus] !== undefined) return;
  throw new ChatError(
    ERROR.unsupported,
    'url: expected a URL, because macaw.json of this deployment has no eventBusArn',
  );
}

export const webhooks = [
  route({
    ...common,
    method: 'GET',
    path: '/webhooks',
    summary: 'List the webhooks of the application and their recent failures',
    params: z.object({}),
    status: 200,
    response: z.array(WebhookShape),
    handle: async ({ app }) => shown(app.id, await webhooksOf(app.id)),
  }),

  route({
    ...common,
    method: 'POST',
    path: '/webhooks',
    summary: 'Add a webhook; effective everywhere within a minute',
    params: z.object({}),
    body: New,
    status: 201,
    response: NewWebhookShape,
    audit: audited('webhook.change', ({ body }) => `add/${body.url ?? 'event bus'}`),
    async handle({ app, body, now }) {
      const { secret: own, ...wanted } = body;
      const secret = checkedSecret(own);
      await check(wanted);
      const webhook = { id: randomUUID(), ...wanted, enabled: true };
      await addWebhook(app.id, webhook, secret, now);
      return { ...webhook, created: now, failures: [], secret };
    },
  }),

  route({
    ...common,
    method: 'PATCH',
    path: '/webhooks/:id',
    summary: 'Change a webhook; effective everywhere within a minute',
    params,
    body: Changes,
    status: 200,
    response: WebhookShape,
    audit: audited('webhook.change', ({ params }) => `change/${params.id}`),
    async handle({ app, params, body }) {
      const old = await existing(app.id, params.id);
      const given: Partial<Webhook> = Object.fromEntries(
        Object.entries(body).filter(([, value]) => value !== undefined),
      );
      const changed: Webhook = { ...old, ...given };
      await check(changed);
      await changeWebhook(app.id, params.id, given);
      const [result] = await shown(app.id, [changed]);
      if (!result) throw new Error('A webhook has no description');
      return result;
    },
  }),

  route({
    ...common,
    method: 'DELETE',
    path: '/webhooks/:id',
    summary: 'Remove a webhook; events that it did not accept are lost',
    params,
    status: 204,
    audit: audited('webhook.change', ({ params }) => `remove/${params.id}`),
    async handle({ app, params }) {
      await existing(app.id, params.id);
      await removeWebhook(app.id, params.id);
    },
  }),

  route({
    ...common,
    method: 'POST',
    path: '/webhooks/:id/secret',
    summary: 'Replace the secret of a webhook; for a day, requests are also signed with the old one',
    params,
    body: z.object({ secret: secret() }),
    status: 200,
    response: SecretShape,
    audit: audited('webhook.change', ({ params }) => `secret/${params.id}`),
    async handle({ app, params, body, now }) {
      const secret = checkedSecret(body.secret);
      await existing(app.id, params.id);
      return { secret, previousUntil: await replaceSecret(app.id, params.id, secret, now) };
    },
  }),

  route({
    ...common,
    method: 'POST',
    path: '/webhooks/:id/test',
    summary: 'Send the event webhook.test to a webhook, and report its answer',
    params,
    status: 200,
    response: TestShape,
    async handle({ app, params, now }) {
      const webhook = await existing(app.id, params.id);
      const event = { id: `evt_${randomUUID()}`, type: 'webhook.test', ts: now, data: {} } as const;
      const failed = await sendEvents(app.id, webhook, `msg_${randomUUID()}`, [event]).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : 'unknown'),
      );
      if (failed !== undefined) {
        await recordFailure(app.id, webhook.id, { ts: now, error: failed, events: 1, attempt: 1 });
      }
      return { success: failed === undefined, ms: Date.now() - now, ...(failed !== undefined && { error: failed }) };
    },
  }),
];
