import * as z from 'zod/mini';
import { noticeCommunity } from '../../chat/change-notices.ts';
import { communitiesOf, describeCommunities } from '../../store/communities.ts';
import { createCommunity } from '../../store/community-changes.ts';
import { everyone, isSelf } from '../access.ts';
import { flag, id, ids, limit, MAX_LISTED, page, skip } from '../parameters.ts';
import { route } from '../route.ts';
import { communityName, communityRoutes, memberLimit, nameAttribute } from './communities.ts';
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
    access: everyone,
    async handle(request) {
      const { app, body, now } = request;
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
