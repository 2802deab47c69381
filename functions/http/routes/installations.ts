import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { normalizeDeviceToken } from '../../mobile/device-token.ts';
import { registerEndpoint } from '../../mobile/register-endpoint.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { type Principal, parseId } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { findInstallation, type Installation } from '../../store/installations.ts';
import { id } from '../parameters.ts';
import { route, type Section } from '../route.ts';

const installationId = id('id', 'The installation', 'd3b07384-d113-4ec6-a3f5-0f5c2f6f7a11');

const deviceToken = z
  .pipe(z.string().check(z.minLength(1), z.maxLength(4096)), z.transform(normalizeDeviceToken))
  .register(z.globalRegistry, { type: 'string', minLength: 1, maxLength: 4096 });

const details = {
  deviceType: z.optional(z.enum(['ios', 'android'])),
  /** iOS only: the APNs environment of the app. Old SDKs omit it. */
  environment: z.optional(z.enum(['production', 'sandbox'])),
  deviceToken: z.optional(deviceToken),
  badge: z.optional(z.int().check(z.minimum(0), z.maximum(1_000_000))),
};

const Details = z.object(details);

const example = { deviceType: 'ios', deviceToken: '0f'.repeat(32), environment: 'production', badge: 0 };

const Created = z
  .object({
    objectId: z.string(),
    createdAt: z.string().register(z.globalRegistry, { examples: ['2026-01-01T00:00:00.000Z'] }),
  })
  .register(z.globalRegistry, { id: 'CreatedInstallation' });

const Updated = z.object({ updatedAt: z.string() }).register(z.globalRegistry, { id: 'UpdatedInstallation' });

const Shown = z
  .object({
    objectId: z.string(),
    installationId: z.string(),
    ...details,
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .register(z.globalRegistry, { id: 'Installation' });

const date = (ms: number) => new Date(ms).toISOString();

/**
 * Only its user can use a bound installation. An unbound one is for the device that it belongs to, which can tell its
 * device token. Without a token, nothing of the installation is worth protection. Visitors get no pushes.
 */
async function mayUse(caller: Principal, app: App, installation: unknown, deviceToken?: string): Promise<boolean> {
  if (caller.kind !== 'user') return false;
  const found = typeof installation === 'string' && (await findInstallation(app.id, installation));
  if (!found) return true;
  if (found.boundTo !== undefined) return found.boundTo === caller.id;
  return found.deviceToken === undefined || found.deviceToken === deviceToken;
}

function unknown(installation: string): ChatError {
  return new ChatError(
    ERROR.notFound,
    `There is no installation ${installation}; create one with POST /2.0/installations`,
  );
}

async function mustFind(app: App, installation: string): Promise<Installation> {
  const found = await findInstallation(app.id, installation);
  if (!found) throw unknown(installation);
  return found;
}

/** Registration of apps on devices. Source: the MaxLeap SDKs, which resemble the Parse SDKs. */
export const installations: Section = {
  name: 'installations',
  description: 'Apps on devices, and their registration for pushes',
  routes: [
    route({
      method: 'POST',
      path: '/2.0/installations',
      summary: 'Register an app on a device, or update its registration',
      params: z.object({}),
      body: z.object({ installationId: z.optional(z.unknown()), ...details }).register(z.globalRegistry, {
        examples: [{ installationId: 'd3b07384-d113-4ec6-a3f5-0f5c2f6f7a11', ...example }],
      }),
      status: 201,
      response: Created,
      access: (caller, { app, body }) => mayUse(caller, app, body.installationId, body.deviceToken),
      async handle({ app, body, now }) {
        const { installationId: given, ...more } = body;
        const objectId = given == null ? randomUUID() : parseId(given, 'body.installationId');
        const { ts } = await registerEndpoint(app, objectId, more, now);
        return { objectId, createdAt: date(ts) };
      },
    }),

    route({
      method: 'PUT',
      path: '/2.0/installations/:id',
      summary: 'Update an installation, for example its device token or badge',
      params: z.object({ id: installationId }),
      body: Details.register(z.globalRegistry, { examples: [{ badge: 0 }] }),
      status: 200,
      response: Updated,
      access: (caller, { app, params, body }) => mayUse(caller, app, params.id, body.deviceToken),
      async handle({ app, params, body, now }) {
        await mustFind(app, params.id);
        const { updated = now } = await registerEndpoint(app, params.id, body, now);
        return { updatedAt: date(updated) };
      },
    }),

    route({
      method: 'GET',
      path: '/2.0/installations/:id',
      summary: 'Read an installation',
      params: z.object({ id: installationId }),
      status: 200,
      response: Shown,
      access: (caller, { app, params }) => mayUse(caller, app, params.id),
      async handle({ app, params }) {
        const { ts, updated = ts, boundTo: _, endpoint: __, ...shown } = await mustFind(app, params.id);
        return {
          objectId: params.id,
          installationId: params.id,
          ...shown,
          createdAt: date(ts),
          updatedAt: date(updated),
        };
      },
    }),
  ],
};
