import * as z from 'zod/mini';
import { ChatError, ERROR } from '../chat/errors.ts';
import type { Principal } from '../chat/principal.ts';
import type { App } from '../store/apps.ts';
import {
  type Community,
  changeMembers,
  communitiesOf,
  createCommunity,
  deleteCommunity,
  describe,
  membersOf,
  unknownCommunity,
} from '../store/communities.ts';
import { eraseHistory, history, latest } from '../store/messages.ts';
import { anybody, isMember, isOwner, self } from './access.ts';
import { communityId, flag, historyQuery, id, ids } from './parameters.ts';
import { type Route, route } from './route.ts';
import { Group, GroupOfUser, History, Id, Ids, Room } from './shapes.ts';

type Kind = Community['kind'];

const most = (app: App, kind: Kind) => (kind === 'group' ? app.groupMembers : app.roomMembers);

const conversation = (app: App, group: string) => ({ app: app.id, kind: 'group', between: [group] }) as const;

const one = z.object({ id: communityId });
const member = z.object({ id: communityId, uid: id('uid', 'The member') });
const members = z.object({ members: ids('members') });

/** The endpoints that groups and rooms have in common. */
function common(kind: Kind): Route[] {
  const at = (app: App, params: { id: string }): Community => ({ app: app.id, kind, id: params.id });
  const name = kind;
  const path = `/${kind}s`;
  const shape = kind === 'group' ? Group : Room;

  type Named = { app: App; params: { id: string } };
  const byMember = (caller: Principal, { app, params }: Named) => isMember(caller, at(app, params));
  const byOwner = (caller: Principal, { app, params }: Named) => isOwner(caller, at(app, params));

  const read = async ({ app, params }: Named) => {
    const [found] = await describe(app.id, kind, [params.id]);
    if (!found) throw unknownCommunity(at(app, params));
    return found;
  };

  /** Members join and leave by the owner's will; they leave by their own, too, and rooms they also join by it. */
  const byOwnerOrSelf = async (caller: Principal, request: Named & { params: { uid: string } }) =>
    (caller.kind === 'user' && caller.id === request.params.uid) || byOwner(caller, request);

  return [
    route({
      method: 'GET',
      path: `${path}/:id`,
      summary: `Read a ${name}`,
      params: one,
      status: 200,
      response: shape,
      access: byMember,
      handle: read,
    }),

    route({
      method: 'POST',
      path: `${path}/:id`,
      summary: `Read a ${name}, as the JavaScript client loads it`,
      params: one,
      status: 200,
      response: shape,
      access: byMember,
      handle: read,
    }),

    route({
      method: 'DELETE',
      path: `${path}/:id`,
      summary: `Delete a ${name}`,
      params: one,
      status: 204,
      access: byOwner,
      handle: ({ app, params }) => deleteCommunity(at(app, params)),
    }),

    route({
      method: 'POST',
      path: `${path}/:id/members`,
      summary: `Let users join a ${name}`,
      params: one,
      body: members,
      status: 201,
      response: shape,
      access: byOwner,
      async handle({ app, params, body, now }) {
        await changeMembers(at(app, params), { join: body.members }, { most: most(app, kind), now });
        return read({ app, params });
      },
    }),

    route({
      method: 'DELETE',
      path: `${path}/:id/members`,
      summary: `Let users leave a ${name}`,
      params: one,
      body: members,
      status: 204,
      access: byOwner,
      handle: ({ app, params, body, now }) =>
        changeMembers(at(app, params), { leave: body.members }, { most: most(app, kind), now }),
    }),

    route({
      method: 'POST',
      path: `${path}/:id/members/:uid`,
      summary: `Let one user join a ${name}`,
      params: member,
      status: 201,
      response: shape,
      access: kind === 'room' ? byOwnerOrSelf : byOwner,
      async handle({ app, params, now }) {
        await changeMembers(at(app, params), { join: [params.uid] }, { most: most(app, kind), now });
        return read({ app, params });
      },
    }),

    route({
      method: 'DELETE',
      path: `${path}/:id/members/:uid`,
      summary: `Let one user leave a ${name}`,
      params: member,
      status: 204,
      access: byOwnerOrSelf,
      handle: ({ app, params, now }) =>
        changeMembers(at(app, params), { leave: [params.uid] }, { most: most(app, kind), now }),
    }),
  ];
}

const name = z.optional(z.nullable(z.string())).register(z.globalRegistry, { examples: ['Cats'] });

/** A name is an attribute like any other. */
const named = (value: string | null | undefined) => (value == null ? {} : { name: value });

const ownGroups = [
  route({
    method: 'POST',
    path: '/groups',
    summary: 'Create a group; its owner is a member',
    params: z.object({}),
    body: z.object({ owner: id('owner'), members: z._default(ids('members'), []), name }),
    status: 200,
    response: Id,
    access: ({ kind, id }, { body }) => kind === 'user' && id === body.owner,
    async handle({ app, body, now }) {
      const group = { owner: body.owner, join: body.members, attributes: named(body.name) };
      const { id } = await createCommunity(app.id, 'group', group, { most: app.groupMembers, now });
      return id;
    },
  }),

  route({
    method: 'PUT',
    path: '/groups/:id',
    summary: "Change a group's owner, its members, or both; the owner stays a member",
    params: one,
    body: z.object({ owner: z.optional(id('owner')), members: z.optional(ids('members')) }),
    status: 201,
    response: Group,
    access: (caller, { app, params }) => isOwner(caller, { app: app.id, kind: 'group', id: params.id }),
    async handle({ app, params, body, now }) {
      const group: Community = { app: app.id, kind: 'group', id: params.id };
      if (!body.owner && !body.members) throw new ChatError(ERROR.badParameter, 'body: owner or members must be there');
      const [found] = await describe(app.id, 'group', [params.id]);
      if (!found) throw unknownCommunity(group);
      const owner = body.owner ?? found.owner;
      const wanted = body.members && new Set([...body.members, ...(owner === undefined ? [] : [owner])]);
      const change = {
        owner: body.owner,
        join: wanted ? [...wanted] : [],
        leave: wanted ? (await membersOf(group)).filter((user) => !wanted.has(user)) : [],
      };
      await changeMembers(group, change, { most: app.groupMembers, now });
      const [changed] = await describe(app.id, 'group', [params.id]);
      if (!changed) throw unknownCommunity(group);
      return changed;
    },
  }),

  route({
    method: 'GET',
    path: '/groups/:id/chats',
    summary: 'Read the history of a group',
    params: one,
    query: historyQuery,
    status: 200,
    response: History,
    access: (caller, { app, params }) => isMember(caller, { app: app.id, kind: 'group', id: params.id }),
    async handle({ app, params, query, now }) {
      await mustExist(app, params.id);
      return history(conversation(app, params.id), query, now);
    },
  }),

  route({
    method: 'DELETE',
    path: '/groups/:id/chats',
    summary: 'Erase the history of a group',
    params: one,
    status: 204,
    access: (caller, { app, params }) => isOwner(caller, { app: app.id, kind: 'group', id: params.id }),
    async handle({ app, params }) {
      await mustExist(app, params.id);
      await eraseHistory(conversation(app, params.id));
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/groups',
    summary: 'List the groups that a user is in',
    params: z.object({ id: id('id') }),
    query: z.object({ detail: flag('The groups themselves, and what was said last') }),
    status: 200,
    response: z.union([Ids, z.array(GroupOfUser)]),
    access: self,
    async handle({ app, params, query, now }) {
      const ids = await communitiesOf(app.id, 'group', params.id);
      if (!query.detail) return ids;
      const found = await describe(app.id, 'group', ids);
      const recent = await latest(
        found.map((group) => conversation(app, group.id)),
        now,
      );
      return found.map((group, n) => ({ ...group, ...(recent[n] && { recent: recent[n] }) }));
    },
  }),
];

async function mustExist(app: App, groupId: string): Promise<void> {
  const [found] = await describe(app.id, 'group', [groupId]);
  if (!found) throw unknownCommunity({ app: app.id, kind: 'group', id: groupId });
}

const ownRooms = [
  route({
    method: 'POST',
    path: '/rooms',
    summary: 'Create a room',
    params: z.object({}),
    body: z.object({ members: z._default(ids('members'), []), name }),
    status: 200,
    response: Id,
    access: anybody,
    async handle({ app, body, now }) {
      const room = { join: body.members, attributes: named(body.name) };
      const { id } = await createCommunity(app.id, 'room', room, { most: app.roomMembers, now });
      return id;
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/rooms',
    summary: 'List the rooms that a user is in',
    params: z.object({ id: id('id') }),
    query: z.object({ detail: flag('The rooms themselves') }),
    status: 200,
    response: z.union([Ids, z.array(Room)]),
    access: self,
    async handle({ app, params, query }) {
      const ids = await communitiesOf(app.id, 'room', params.id);
      return query.detail ? describe(app.id, 'room', ids) : ids;
    },
  }),
];

/** The endpoints of groups. */
export const groups = [...common('group'), ...ownGroups];

/** The endpoints of rooms. */
export const rooms = [...common('room'), ...ownRooms];
