import * as z from 'zod/mini';
import { communitiesOf, describe } from '../../store/communities.ts';
import { createCommunity } from '../../store/community-changes.ts';
import { everyone, self } from '../access.ts';
import { flag, id, ids, limit, MAX_LISTED, page, skip } from '../parameters.ts';
import { route } from '../route.ts';
import { communityRoutes, memberLimit, name, nameAttribute } from './communities.ts';
import { Id, Ids, Room } from './shapes.ts';

/** The endpoints of rooms. */
export const rooms = [
  ...communityRoutes('room'),

  route({
    method: 'POST',
    path: '/rooms',
    summary: 'Create a room',
    params: z.object({}),
    body: z.object({ members: z._default(ids('members'), []), name }),
    status: 200,
    response: Id,
    access: everyone,
    async handle({ app, body, now }) {
      const room = { join: body.members, attributes: nameAttribute(body.name) };
      const { id } = await createCommunity(app.id, 'room', room, { limit: memberLimit(app, 'room'), now });
      return id;
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/rooms',
    summary: 'List the rooms that a user is in',
    params: z.object({ id: id('id') }),
    query: z.object({ detail: flag('The rooms themselves'), skip, limit: limit(MAX_LISTED, MAX_LISTED) }),
    status: 200,
    response: z.union([Ids, z.array(Room)]),
    access: self,
    async handle({ app, params, query }) {
      const ids = page(await communitiesOf(app.id, 'room', params.id), query);
      return query.detail ? describe(app.id, 'room', ids) : ids;
    },
  }),
];
