import * as z from 'zod/mini';
import { checkCommunityAttributes } from '../../attributes/limits.ts';
import { checkName } from '../../attributes/names.ts';
import { noticeCommunity, noticeDeletion } from '../../chat/change-notices.ts';
import type { Principal } from '../../shared/principal.ts';
import { TYPE } from '../../shared/wire.ts';
import type { App } from '../../store/apps.ts';
import { describeCommunities, describeHead, unknownCommunity } from '../../store/communities.ts';
import { changeMembers } from '../../store/community-changes.ts';
import { deleteCommunity } from '../../store/community-deletion.ts';
import type { Community } from '../../store/community-keys.ts';
import type { MemberChange } from '../../store/community-plan.ts';
import { askBefore } from '../../webhooks/before.ts';
import { isMember, isOwner, mayModerate } from '../access.ts';
import { audited } from '../audit.ts';
import { admission } from '../invitations.ts';
import { hideFromNew, memberLimit } from '../new-members.ts';
import { communityId, id, ids } from '../parameters.ts';
import { loaded, type Request, type Route, route } from '../route.ts';
import { checkAdding } from '../rules.ts';
import { GroupShape, RoomShape } from './shapes.ts';

type Kind = Community['kind'];

export const idParams = z.object({ id: communityId });
const member = z.object({ id: communityId, uid: id('uid', 'The member') });
const members = z.object({ members: ids('members') });

/** The endpoints that groups and rooms share. */
export function communityRoutes(kind: Kind): Route[] {
  const at = (app: App, params: { id: string }): Community => ({ app: app.id, kind, id: params.id });
  const path = `/${kind}s`;
  const shape = kind === 'group' ? GroupShape : RoomShape;

  type Named = { app: App; params: { id: string } };
  const byMember = (caller: Principal, { app, params }: Named) => isMember(caller, at(app, params));
  const byOwner = (caller: Principal, { app, params }: Named) => isOwner(caller, at(app, params));

  const read = async ({ app, params }: Named) => {
    const [found] = await describeCommunities(app.id, kind, [params.id]);
    if (!found) throw unknownCommunity(at(app, params));
    return found;
  };
  const change = async ({ app, params, now }: Named & { now: number }, wanted: MemberChange) => {
    await hideFromNew(app, at(app, params), wanted.join ?? [], now);
    const changed = await changeMembers(at(app, params), wanted, { limit: memberLimit(app, kind), now });
    await noticeCommunity(at(app, params), changed);
    return changed.head;
  };
  const admitMembers = async (request: Request<Named['params'], unknown, unknown>, users: string[]) => {
    const community = at(request.app, request.params);
    await checkAdding(request, users, community);
    await askBefore(community.app, 'join', { to: { id: community.id, type: TYPE[kind] }, users });
    const { join, invite } = await admission(request, users, { community });
    const head = await change(request, { join });
    await invite(community);
    return describeHead(community, head);
  };
  const removeMembers = async (request: Named & { now: number }, leave: string[]) => {
    await change(request, { leave });
  };

  /** The owner adds and removes members, and admins remove them. Users leave by themselves, and join rooms by themselves. */
  const isOneself = (caller: Principal, { params }: { params: { uid: string } }) =>
    caller.kind === 'user' && caller.id === params.uid;

  return [
    ...loaded({
      path: `${path}/:id`,
      summary: `Read a ${kind}`,
      params: idParams,
      status: 200,
      response: shape,
      access: byMember,
      handle: read,
    }),

    route({
      method: 'DELETE',
      path: `${path}/:id`,
      summary: `Delete a ${kind}`,
      params: idParams,
      status: 204,
      access: byOwner,
      audit: audited(`${kind}.delete`, ({ params }) => `${kind}/${params.id}`),
      async handle({ app, params }) {
        await noticeDeletion(at(app, params), await deleteCommunity(at(app, params)));
      },
    }),

    route({
      method: 'POST',
      path: `${path}/:id/members`,
      summary: `Add members to a ${kind}`,
      params: idParams,
      body: members,
      status: 201,
      response: shape,
      access: byOwner,
      handle: (request) => admitMembers(request, request.body.members),
    }),

    route({
      method: 'DELETE',
      path: `${path}/:id/members`,
      summary: `Remove members from a ${kind}`,
      params: idParams,
      body: members,
      status: 204,
      access: (caller, { app, params, body }) => mayModerate(caller, at(app, params), body.members),
      handle: (request) => removeMembers(request, request.body.members),
    }),

    route({
      method: 'POST',
      path: `${path}/:id/members/:uid`,
      summary: `Add one member to a ${kind}`,
      params: member,
      status: 201,
      response: shape,
      access: (caller, request) => (kind === 'room' && isOneself(caller, request)) || byOwner(caller, request),
      handle: (request) => admitMembers(request, [request.params.uid]),
    }),

    route({
      method: 'DELETE',
      path: `${path}/:id/members/:uid`,
      summary: `Remove one member from a ${kind}`,
      params: member,
      status: 204,
      access: (caller, request) =>
        isOneself(caller, request) || mayModerate(caller, at(request.app, request.params), [request.params.uid]),
      handle: (request) => removeMembers(request, [request.params.uid]),
    }),
  ];
}

/** The name of a new group or room. */
export const communityName = z.optional(z.nullable(z.string())).register(z.globalRegistry, { examples: ['Cats'] });

/** The server stores the name as an ordinary attribute. In strict mode, it contains no hidden characters. */
export function nameAttribute({ body, restrictedTo }: Naming): Record<string, unknown> {
  if (restrictedTo) checkName(body.name, 'name');
  return checkCommunityAttributes(body.name == null ? {} : { name: body.name });
}

type Naming = Pick<Request<unknown, unknown, { name?: string | null | undefined }>, 'body' | 'restrictedTo'>;
