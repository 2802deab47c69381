import * as z from 'zod/mini';
import { ChatError, ERROR } from '../chat/errors.ts';
import { connectionsOf } from '../store/connections.ts';
import { lookup } from '../store/dynamo.ts';
import { dossier } from '../store/profiles.ts';
import { id } from './parameters.ts';
import { route } from './route.ts';

export const users = [
  route({
    method: 'GET',
    path: '/ctx/:id',
    summary: 'What there is about a user',
    params: z.object({ id: id('id') }),
    status: 200,
    async handle({ app, params }) {
      const user = { app: app.id, kind: 'user', id: params.id } as const;
      const [found, [connections]] = await Promise.all([dossier(user), lookup([connectionsOf(user)])]);
      if (!found) throw new ChatError(ERROR.notFound, `There is no user ${params.id}`);
      const { profile, friends } = found;
      return {
        attributes: profile.attributes,
        installs: [],
        sessions: connections.length,
        friends,
        groups: [],
        rooms: [],
        ts: profile.ts,
      };
    },
  }),
];
