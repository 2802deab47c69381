import * as z from 'zod/mini';
import { noticePresence } from '../../chat/change-notices.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { addBlock, blocksOf, removeBlock } from '../../store/blocks.ts';
import { connectionsOf } from '../../store/devices.ts';
import { lookup } from '../../store/dynamo.ts';
import { closeRequest } from '../../store/requests.ts';
import { isSelf } from '../access.ts';
import { id } from '../parameters.ts';
import { route } from '../route.ts';
import { BlocksShape } from './relation-shapes.ts';

const userParams = z.object({ id: id('id') });
const pairParams = z.object({ id: id('id'), uid: id('uid', 'The blocked user', 'spike') });

const userOf = (app: App, { id }: { id: string }): Principal => ({ app: app.id, kind: 'user', id });

/** Shows a user who is online as offline to a friend, or the reverse. */
async function showPresence(user: Principal, event: 'online' | 'offline', friend: string): Promise<void> {
  const [connections] = await lookup([connectionsOf(user)]);
  if (connections.length > 0) await noticePresence(user, event, friend);
}

export const blocks = [
  route({
    method: 'GET',
    path: '/ctx/:id/blocks',
    summary: 'List the users whom a user blocks',
    params: userParams,
    status: 200,
    response: BlocksShape,
    access: isSelf,
    handle: ({ app, params }) => blocksOf(userOf(app, params)),
  }),

  route({
    method: 'PUT',
    path: '/ctx/:id/blocks/:uid',
    summary: 'Block a user: they cannot write to this user, befriend them, or see their presence',
    params: pairParams,
    status: 204,
    access: isSelf,
    async handle({ app, params, now }) {
      const user = userOf(app, params);
      const { uid } = params;
      if (uid === user.id)
        throw new ChatError(ERROR.badParameter, 'uid: expected another user than the one in the path');
      const { changed, friends } = await addBlock(user, uid, now);
      if (changed && friends) await showPresence(user, 'offline', uid);
      await Promise.all([
        closeRequest(app.id, { from: uid, to: user.id }, 'declined', now),
        closeRequest(app.id, { from: user.id, to: uid }, 'cancelled', now),
      ]);
    },
  }),

  route({
    method: 'DELETE',
    path: '/ctx/:id/blocks/:uid',
    summary: 'End a block',
    params: pairParams,
    status: 204,
    access: isSelf,
    async handle({ app, params }) {
      const user = userOf(app, params);
      const { changed, friends } = await removeBlock(user, params.uid);
      if (changed && friends) await showPresence(user, 'online', params.uid);
    },
  }),
];
