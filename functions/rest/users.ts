import * as z from 'zod/mini';
import { ChatError, ERROR } from '../chat/errors.ts';
import type { App } from '../store/apps.ts';
import { communitiesOf } from '../store/communities.ts';
import { connectionsOf } from '../store/connections.ts';
import { lookup } from '../store/dynamo.ts';
import { dossier } from '../store/profiles.ts';
import { self } from './access.ts';
import { id } from './parameters.ts';
import { loaded } from './route.ts';
import { User } from './shapes.ts';

const one = z.object({ id: id('id') });

async function read({ app, params }: { app: App; params: { id: string } }) {
  const user = { app: app.id, kind: 'user', id: params.id } as const;
  const [found, [connections], groups, rooms] = await Promise.all([
    dossier(user),
    lookup([connectionsOf(user)]),
    communitiesOf(app.id, 'group', params.id),
    communitiesOf(app.id, 'room', params.id),
  ]);
  if (!found) throw new ChatError(ERROR.notFound, `There is no user ${params.id}`);
  const { profile, friends } = found;
  const { attributes, ts } = profile;
  return { attributes, installs: [], sessions: connections.length, friends, groups, rooms, ts };
}

export const users = loaded({
  path: '/ctx/:id',
  summary: 'Read what there is about a user',
  params: one,
  status: 200,
  response: User,
  access: self,
  handle: read,
});
