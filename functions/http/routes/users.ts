import * as z from 'zod/mini';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { App } from '../../store/apps.ts';
import { communitiesOf } from '../../store/communities.ts';
import { connectionsOf } from '../../store/devices.ts';
import { lookup } from '../../store/dynamo.ts';
import { installsOf, unbindInstallation } from '../../store/installations.ts';
import { userRecord } from '../../store/profiles.ts';
import { isSelf } from '../access.ts';
import { id } from '../parameters.ts';
import { loaded, route } from '../route.ts';
import { UserShape } from './shapes.ts';

const userParams = z.object({ id: id('id') });

const INSTALLATION = 'd3b07384-d113-4ec6-a3f5-0f5c2f6f7a11';

async function read({ app, params }: { app: App; params: { id: string } }) {
  const user = { app: app.id, kind: 'user', id: params.id } as const;
  const [found, [connections, installs], groups, rooms] = await Promise.all([
    userRecord(user),
    lookup([connectionsOf(user), installsOf(user)]),
    communitiesOf(app.id, 'group', params.id),
    communitiesOf(app.id, 'room', params.id),
  ]);
  if (!found) throw new ChatError(ERROR.notFound, `There is no user ${params.id}`);
  const { profile, friends } = found;
  const { attributes, ts } = profile;
  return { attributes, installs, sessions: connections.length, friends, groups, rooms, ts };
}

export const users = [
  ...loaded({
    path: '/ctx/:id',
    summary: 'Read a user',
    params: userParams,
    status: 200,
    response: UserShape,
    access: isSelf,
    handle: read,
  }),

  route({
    method: 'DELETE',
    path: '/ctx/:id/installs/:installId',
    summary: 'Log out on a device, and stop its pushes for the user',
    params: z.object({ id: id('id'), installId: id('installId', 'The installation', INSTALLATION) }),
    status: 204,
    access: isSelf,
    handle: ({ app, params }) => unbindInstallation({ app: app.id, kind: 'user', id: params.id }, params.installId),
  }),
];
