import * as z from 'zod/mini';
import { noticeCommunity } from '../../chat/change-notices.ts';
import { communitiesOf, describeCommunities } from '../../store/communities.ts';
import { createCommunity } from '../../store/community-changes.ts';
import { countCreation } from '../../store/creations.ts';
import { anyUser, isSelf } from '../access.ts';
import { memberLimit } from '../new-members.ts';
import { flag, id, ids, limit, MAX_LISTED, page, skip } from '../parameters.ts';
import { route } from '../route.ts';
import { checkAdding } from '../rules.ts';
import { communityName, communityRoutes, nameAttribute } from './communities.ts';
import { IdShape, IdsShape, RoomShape } from './shapes.ts';

export const rooms = [
  ...communityRoutes('room'),

  route({
    method: 'POST',
    path: '/rooms',
    summary: 'Create a room',
    params: z.object({}),
    body: z.object({ members: z._default(ids('members'), []), name: communityName }),
    status: 200,
    response: IdShape,
    access: anyUser,
    async handle(request) {
      const { app, principal, body, now } = request;
      await checkAdding({ app, principal }, body.members);
      await countCreation(app, principal, 'rooms', 1, now);
      const room = { join: body.members, attributes: nameAttribute(request) };
      const made = await createCommunity(app.id, 'room', room, { limit: memberLimit(app, 'room'), now });
      await noticeCommunity(made, { joined: body.members });
      return made.id;
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/rooms',
    summary: 'List the rooms of a user',
    params: z.object({ id: id('id') }),
    query: z.object({ detail: flag('Return room objects'), skip, limit: limit(MAX_LISTED, MAX_LISTED) }),
    status: 200,
    response: z.union([IdsShape, z.array(RoomShape)]),
    access: isSelf,
    async handle({ app, params, query }) {
      const ids = page(await communitiesOf(app.id, 'room', params.id), query);
      return query.detail ? describeCommunities(app.id, 'room', ids) : ids;
    },
  }),
];
