import * as z from 'zod/mini';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { connectionOpened } from '../../store/connections.ts';
import { devicesOf } from '../../store/devices.ts';
import { lookup } from '../../store/dynamo.ts';
import { installation, installsOf } from '../../store/installations.ts';
import { profile } from '../../store/profiles.ts';
import { masterOnly } from '../access.ts';
import { id } from '../parameters.ts';
import { route } from '../route.ts';

const DevicesShape = z
  .object({
    connections: z
      .array(
        z.object({
          id: z.string(),
          opened: z
            .optional(z.int())
            .register(z.globalRegistry, { description: 'When it was opened, epoch milliseconds' }),
          background: z.boolean().register(z.globalRegistry, { description: 'Whether the app is in the background' }),
        }),
      )
      .register(z.globalRegistry, { description: 'Open connections' }),
    installations: z
      .array(
        z.object({
          id: z.string(),
          deviceType: z.optional(z.enum(['ios', 'android'])),
          environment: z.optional(z.enum(['production', 'sandbox'])),
          badge: z.int(),
          pushable: z
            .boolean()
            .register(z.globalRegistry, { description: 'Whether the push service knows its device token' }),
          created: z.int().register(z.globalRegistry, { description: 'Epoch milliseconds' }),
          updated: z.optional(z.int()).register(z.globalRegistry, { description: 'Epoch milliseconds' }),
        }),
      )
      .register(z.globalRegistry, { description: 'Installations that receive pushes for the user' }),
  })
  .register(z.globalRegistry, { id: 'Devices' });

export const devices = route({
  method: 'GET',
  path: '/ctx/:id/devices',
  summary: 'List the connections and installations of a user',
  params: z.object({ id: id('id') }),
  status: 200,
  response: DevicesShape,
  strict: 'always',
  access: masterOnly,
  async handle({ app, params }) {
    const user = { app: app.id, kind: 'user', id: params.id } as const;
    const [found, { connections, background }, installs] = await lookup([
      profile(user),
      devicesOf(user),
      installsOf(user),
    ]);
    if (!found) throw new ChatError(ERROR.notFound, `There is no user ${params.id}`);
    const [opened, installations] = await Promise.all([
      lookup(connections.map(connectionOpened)),
      lookup(installs.map((install) => installation(app.id, install))),
    ]);
    return {
      connections: connections.map((connection, n) => ({
        id: connection,
        ...(opened[n] !== undefined && { opened: opened[n] }),
        background: background.has(connection),
      })),
      installations: installations.flatMap((found, n) => {
        const id = installs[n];
        if (!found || id === undefined) return [];
        const { deviceType, environment, badge, endpoint, ts: created, updated } = found;
        return [
          {
            id,
            ...(deviceType && { deviceType }),
            ...(environment && { environment }),
            badge,
            pushable: endpoint !== undefined,
            created,
            ...(updated !== undefined && { updated }),
          },
        ];
      }),
    };
  },
});
