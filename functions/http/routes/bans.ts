import * as z from 'zod/mini';
import { banUser } from '../../chat/ban.ts';
import { kick, kickAll } from '../../chat/kick.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { connectionsOf } from '../../store/devices.ts';
import { lookup } from '../../store/dynamo.ts';
import { activeBan, setBan, standing } from '../../store/standing.ts';
import { isSelf, masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { future, id } from '../parameters.ts';
import { route } from '../route.ts';

const user = z.object({ id: id('id') });

const userAt = (app: App, params: { id: string }): Principal => ({ app: app.id, kind: 'user', id: params.id });

/** Texts for the user. */
const message = z.optional(
  z
    .string()
    .check(z.minLength(1), z.maxLength(256))
    .register(z.globalRegistry, { description: 'For the user', examples: ['Advertising'] }),
);

const epoch = (description: string) =>
  z.optional(z.int()).register(z.globalRegistry, { description, examples: [1767225600000] });

const BanShape = z
  .object({
    banned: z.boolean(),
    since: epoch('Epoch milliseconds'),
    until: epoch('Epoch milliseconds. Missing if the ban is permanent'),
    reason: z.optional(z.string()),
  })
  .register(z.globalRegistry, { id: 'Ban' });

const DisconnectedShape = z
  .object({ connections: z.int().register(z.globalRegistry, { description: 'How many were closed' }) })
  .register(z.globalRegistry, { id: 'Disconnected' });

const ban = { path: '/ctx/:id/ban', params: user, strict: 'always', access: masterOnly } as const;

const disconnect = { method: 'DELETE', status: 200, response: DisconnectedShape, strict: 'always' } as const;

const kicked = (query: { message?: string | undefined }) => ({
  reason: 'removed' as const,
  ...(query.message !== undefined && { message: query.message }),
});

export const bans = [
  route({
    ...disconnect,
    path: '/ctx/:id/sessions',
    summary: 'Disconnect all devices of a user; their tokens stay valid',
    params: user,
    query: z.object({ message }),
    access: isSelf,
    audit: audited('user.disconnect', ({ params }) => `user/${params.id}`),
    handle: async ({ app, params, query }) => ({ connections: await kickAll(userAt(app, params), kicked(query)) }),
  }),

  route({
    ...disconnect,
    path: '/ctx/:id/sessions/:connection',
    summary: 'Disconnect one device of a user; its token stays valid',
    params: z.object({
      id: id('id'),
      connection: z
        .string()
        .check(z.minLength(1), z.maxLength(128))
        .register(z.globalRegistry, {
          description: 'The connection, as listed by its devices',
          examples: ['L0SM9cOFvHcCIhw='],
        }),
    }),
    query: z.object({ message }),
    access: isSelf,
    audit: audited('user.disconnect', ({ params }) => `user/${params.id}/${params.connection}`),
    async handle({ app, params, query }) {
      const found = userAt(app, params);
      const [connections] = await lookup([connectionsOf(found)], { consistent: true });
      if (!connections.includes(params.connection)) {
        throw new ChatError(ERROR.notFound, `${params.id} has no connection ${params.connection}`);
      }
      await kick(found, [params.connection], kicked(query));
      return { connections: 1 };
    },
  }),

  route({
    ...ban,
    method: 'GET',
    summary: 'Read whether a user is banned',
    status: 200,
    response: BanShape,
    async handle({ app, params, now }) {
      const [found] = await lookup([standing(userAt(app, params))], { consistent: true });
      if (!found || found.deleted) throw new ChatError(ERROR.notFound, `There is no user ${params.id}`);
      const active = activeBan(found, now);
      return { banned: active !== undefined, ...active };
    },
  }),

  route({
    ...ban,
    method: 'PUT',
    summary: 'Ban a user: ends all sessions, closes all connections, and refuses logins and tokens',
    body: z.object({ until: z.optional(future('The end of the ban. Default: it is permanent')), reason: message }),
    status: 200,
    response: BanShape,
    audit: audited('user.ban', ({ params }) => `user/${params.id}`),
    async handle({ app, params, body, now }) {
      const { until, reason } = body;
      const set = { since: now, ...(until !== undefined && { until }), ...(reason !== undefined && { reason }) };
      await banUser(userAt(app, params), set);
      return { banned: true, ...set };
    },
  }),

  route({
    ...ban,
    method: 'DELETE',
    summary: 'Lift the ban of a user, who must log in again',
    status: 204,
    audit: audited('user.unban', ({ params }) => `user/${params.id}`),
    handle: ({ app, params }) => setBan(userAt(app, params), undefined),
  }),
];
