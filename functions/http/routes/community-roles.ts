import * as z from 'zod/mini';
import { noticeCommunity } from '../../chat/change-notices.ts';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { adminsOf, communityHead, unknownCommunity } from '../../store/communities.ts';
import type { Community } from '../../store/community-keys.ts';
import { activeMutes, setAdmin, setMute } from '../../store/community-roles.ts';
import { lookup } from '../../store/dynamo.ts';
import { isMember, isOwner, mayModerate } from '../access.ts';
import { audited } from '../audit.ts';
import { communityId, future, id } from '../parameters.ts';
import { type Route, route } from '../route.ts';

const idParams = z.object({ id: communityId });
const memberParams = z.object({ id: communityId, uid: id('uid', 'The member') });

const AdminsShape = z.array(z.string()).register(z.globalRegistry, { examples: [['jerry']] });

const MutesShape = z
  .array(
    z.object({
      id: z.string().register(z.globalRegistry, { examples: ['tom'] }),
      until: z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] }),
    }),
  )
  .register(z.globalRegistry, { id: 'Mutes' });

async function headAt(community: Community) {
  const [head] = await lookup([communityHead(community)]);
  if (!head) throw unknownCommunity(community);
  return head;
}

const groupAt = (app: App, params: { id: string }): Community => ({ app: app.id, kind: 'group', id: params.id });

const byOwner = (caller: Principal, { app, params }: { app: App; params: { id: string } }) =>
  isOwner(caller, groupAt(app, params));

export const groupAdmins = [
  route({
    method: 'GET',
    path: '/groups/:id/admins',
    summary: 'List the admins of a group',
    params: idParams,
    status: 200,
    response: AdminsShape,
    access: (caller, { app, params }) => isMember(caller, groupAt(app, params)),
    handle: async ({ app, params }) => adminsOf(await headAt(groupAt(app, params))),
  }),

  route({
    method: 'PUT',
    path: '/groups/:id/admins/:uid',
    summary: 'Make a member an admin: they can remove and mute members',
    params: memberParams,
    status: 204,
    access: byOwner,
    audit: audited('admin.add', ({ params }) => `group/${params.id}/${params.uid}`),
    async handle({ app, params }) {
      await setAdmin(groupAt(app, params), params.uid, true);
      await noticeCommunity(groupAt(app, params), { changed: true });
    },
  }),

  route({
    method: 'DELETE',
    path: '/groups/:id/admins/:uid',
    summary: 'Make an admin an ordinary member again',
    params: memberParams,
    status: 204,
    access: byOwner,
    audit: audited('admin.remove', ({ params }) => `group/${params.id}/${params.uid}`),
    async handle({ app, params }) {
      await setAdmin(groupAt(app, params), params.uid, false);
      await noticeCommunity(groupAt(app, params), { changed: true });
    },
  }),
];

/** Who cannot write in a group or room for some time. */
export function mutes(kind: Community['kind']): Route[] {
  const at = (app: App, params: { id: string }): Community => ({ app: app.id, kind, id: params.id });
  const byModerator = (caller: Principal, { app, params }: { app: App; params: { id: string; uid?: string } }) =>
    mayModerate(caller, at(app, params), params.uid === undefined ? [] : [params.uid]);
  const object = ({ params }: { params: { id: string; uid: string } }) => `${kind}/${params.id}/${params.uid}`;

  return [
    route({
      method: 'GET',
      path: `/${kind}s/:id/mutes`,
      summary: `List who is muted in a ${kind}`,
      params: idParams,
      status: 200,
      response: MutesShape,
      access: byModerator,
      handle: async ({ app, params, now }) => activeMutes(await headAt(at(app, params)), now),
    }),

    route({
      method: 'PUT',
      path: `/${kind}s/:id/mutes/:uid`,
      summary: `Mute a user in a ${kind} until a time, also when they leave and join again`,
      params: memberParams,
      body: z.object({ until: future('The end of the mute') }),
      status: 204,
      access: byModerator,
      audit: audited('member.mute', object),
      handle: ({ app, params, body, now }) => setMute(at(app, params), params.uid, body.until, now),
    }),

    route({
      method: 'DELETE',
      path: `/${kind}s/:id/mutes/:uid`,
      summary: `Lift the mute of a user in a ${kind}`,
      params: memberParams,
      status: 204,
      access: byModerator,
      audit: audited('member.unmute', object),
      handle: ({ app, params, now }) => setMute(at(app, params), params.uid, undefined, now),
    }),
  ];
}
