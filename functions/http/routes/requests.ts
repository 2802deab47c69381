import * as z from 'zod/mini';
import { acceptFriendship } from '../../chat/ask.ts';
import { noticeAnswer, noticeCommunity, noticeFriends, withType } from '../../chat/change-notices.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { checkExists, communityHead, membership } from '../../store/communities.ts';
import { join } from '../../store/community-joins.ts';
import type { Community } from '../../store/community-keys.ts';
import { type Lookup, lookup } from '../../store/dynamo.ts';
import { friendship } from '../../store/friendships.ts';
import {
  closeRequest,
  openRequest,
  type RelationRequest,
  type RequestIds,
  receivedRequests,
  sentRequests,
} from '../../store/requests.ts';
import { isOwner, isSelf } from '../access.ts';
import { hideFromNew, memberLimit } from '../new-members.ts';
import { communityId, flag, id } from '../parameters.ts';
import { route } from '../route.ts';
import { RequestsShape } from './relation-shapes.ts';

const userParams = z.object({ id: id('id') });
const requestParams = z.object({
  id: id('id'),
  type: z.enum(['friend', 'group']).register(z.globalRegistry, { description: 'A friendship, or an invitation' }),
  peer: id('peer', 'The user who asks, or the group', 'jerry'),
});
const invitationParams = z.object({ id: communityId, uid: id('uid', 'The user who is invited') });

const userOf = (app: App, id: string): Principal => ({ app: app.id, kind: 'user', id });
const groupOf = (app: App, id: string): Community => ({ app: app.id, kind: 'group', id });

/** What shows that a request has its effect already. */
const fulfilled = (app: App, { from, to, gid }: RequestIds): Lookup<boolean> =>
  gid === undefined
    ? { ...friendship(userOf(app, from), to), parse: (item) => item !== undefined }
    : membership(groupOf(app, gid), to);

/** Those of the groups of invitations that were deleted. */
async function deletedGroups(app: App, requests: readonly RequestIds[]): Promise<ReadonlySet<string | undefined>> {
  const ids = [...new Set(requests.flatMap(({ gid }) => gid ?? []))];
  const heads = await lookup(
    ids.map((gid) => communityHead(groupOf(app, gid))),
    { consistent: true },
  );
  return new Set(ids.filter((_, n) => !heads[n]));
}

/**
 * Leaves out requests that are fulfilled, for instance because the master key made the friendship, and invitations to groups
 * that were deleted. It closes them.
 */
async function unfulfilled(app: App, requests: readonly RelationRequest[], now: number) {
  const [done, deleted] = await Promise.all([
    lookup(requests.map((request) => fulfilled(app, request))),
    deletedGroups(app, requests),
  ]);
  const left: RelationRequest[] = [];
  const closing = requests.flatMap((request, n) => {
    if (done[n]) return closeRequest(app.id, request, 'accepted', now);
    if (deleted.has(request.gid)) return closeRequest(app.id, request, 'cancelled', now);
    left.push(request);
    return [];
  });
  await Promise.all(closing);
  return left.map(withType);
}

const notOpen = () => new ChatError(ERROR.notFound, 'There is no such request: it was answered, cancelled, or expired');

async function accept(app: App, request: RelationRequest, now: number): Promise<void> {
  const { from, to, gid } = request;
  if (gid === undefined) {
    const { isNew } = await acceptFriendship(app.id, request, now);
    if (isNew) await noticeFriends(app.id, 'befriended', from, [to]);
    return;
  }
  const group = groupOf(app, gid);
  const [isMember] = await lookup([membership(group, to)], { consistent: true });
  await hideFromNew(app, group, [to], now);
  const joined = isMember ? [] : await join(group, [to], memberLimit(app, 'group'), now);
  await noticeCommunity(group, { joined });
  // The request ends last. After an interruption, it can be accepted again.
  await close(app, request, 'accepted', now);
}

async function close(app: App, ids: RequestIds, outcome: Parameters<typeof closeRequest>[2], now: number) {
  const closed = await closeRequest(app.id, ids, outcome, now);
  if (!closed) throw notOpen();
  await noticeAnswer(app.id, closed, outcome);
}

export const requests = [
  route({
    method: 'GET',
    path: '/ctx/:id/requests',
    summary: 'List the open requests for friendships and invitations to groups, newest first',
    params: userParams,
    query: z.object({ sent: flag('The requests for friendships that the user sent, instead of those received') }),
    status: 200,
    response: RequestsShape,
    access: isSelf,
    async handle({ app, params, query, now }) {
      const user = userOf(app, params.id);
      return unfulfilled(app, await (query.sent ? sentRequests : receivedRequests)(user, now), now);
    },
  }),

  route({
    method: 'PUT',
    path: '/ctx/:id/requests/:type/:peer',
    summary: 'Accept or decline a request for a friendship, or an invitation',
    params: requestParams,
    body: z.object({ accept: z.boolean() }),
    status: 204,
    access: isSelf,
    async handle({ app, params, body, now }) {
      const { id: to, type, peer } = params;
      const ids = type === 'group' ? { from: to, to, gid: peer } : { from: peer, to };
      const [request] = await lookup([openRequest(app.id, ids, now)], { consistent: true });
      if (!request) throw notOpen();
      await (body.accept ? accept(app, request, now) : close(app, request, 'declined', now));
    },
  }),

  route({
    method: 'DELETE',
    path: '/ctx/:id/requests/:uid',
    summary: 'Cancel a request for a friendship that the user sent',
    params: z.object({ id: id('id'), uid: id('uid', 'The user who was asked', 'jerry') }),
    status: 204,
    access: isSelf,
    handle: ({ app, params, now }) => close(app, { from: params.id, to: params.uid }, 'cancelled', now),
  }),

  route({
    method: 'GET',
    path: '/groups/:id/invitations',
    summary: 'List the open invitations to a group, newest first',
    params: z.object({ id: communityId }),
    status: 200,
    response: RequestsShape,
    access: (caller, { app, params }) => isOwner(caller, groupOf(app, params.id)),
    async handle({ app, params, now }) {
      const group = groupOf(app, params.id);
      await checkExists(group);
      return unfulfilled(app, await sentRequests(group, now), now);
    },
  }),

  route({
    method: 'DELETE',
    path: '/groups/:id/invitations/:uid',
    summary: 'Cancel an invitation to a group',
    params: invitationParams,
    status: 204,
    access: (caller, { app, params }) => isOwner(caller, groupOf(app, params.id)),
    handle: ({ app, params: { id: gid, uid: to }, now }) => close(app, { from: to, to, gid }, 'cancelled', now),
  }),
];
