import * as z from 'zod/mini';
import { noticeCommunity } from '../../chat/change-notices.ts';
import { ChatError, ERROR, Forbidden } from '../../shared/errors.ts';
import { TYPE } from '../../shared/wire.ts';
import type { App } from '../../store/apps.ts';
import {
  checkExists,
  communitiesOf,
  describeCommunities,
  describeHead,
  membersOf,
  outsiders,
} from '../../store/communities.ts';
import { changeMembers, createCommunity, replaceMembers } from '../../store/community-changes.ts';
import type { Community } from '../../store/community-keys.ts';
import { countCreation } from '../../store/creations.ts';
import { lookup } from '../../store/dynamo.ts';
import { latestMessages } from '../../store/latest-messages.ts';
import { eraseHistory, history } from '../../store/messages.ts';
import { receiptsIn } from '../../store/positions.ts';
import { profile } from '../../store/profiles.ts';
import { visibleSince } from '../../store/visible-history.ts';
import { askBefore } from '../../webhooks/before.ts';
import { isMember, isOwner, isSelf } from '../access.ts';
import { audited } from '../audit.ts';
import { admission } from '../invitations.ts';
import { hideFromNew, memberLimit } from '../new-members.ts';
import { flag, historyQuery, id, ids, limit, MAX_LISTED, messageParam, page, skip } from '../parameters.ts';
import { fittingRecent } from '../response-size.ts';
import { route } from '../route.ts';
import { checkAdding } from '../rules.ts';
import { communityName, communityRoutes, idParams, nameAttribute } from './communities.ts';
import { oneMessage } from './one-message.ts';
import { GroupOfUserShape, GroupShape, HistoryShape, IdShape, IdsShape, MessageShape, ReadsShape } from './shapes.ts';

const groupAt = (app: App, params: { id: string }): Community => ({ app: app.id, kind: 'group', id: params.id });

const conversation = (app: App, group: string) => ({ app: app.id, kind: 'group', between: [group] }) as const;

export const groups = [
  ...communityRoutes('group'),

  route({
    method: 'POST',
    path: '/groups',
    summary: 'Create a group; its owner becomes a member',
    params: z.object({}),
    body: z.object({ owner: id('owner'), members: z._default(ids('members'), []), name: communityName }),
    status: 200,
    response: IdShape,
    access: ({ kind, id }, { body }) => kind === 'user' && id === body.owner,
    async handle(request) {
      const { app, principal, body, now } = request;
      await checkAdding({ app, principal }, [body.owner, ...body.members]);
      const { owner } = body;
      const { join, invite } = await admission(request, [...new Set([owner, ...body.members])], { owner });
      await countCreation(app, principal, 'groups', 1, now);
      const group = { owner, join, attributes: nameAttribute(request) };
      const made = await createCommunity(app.id, 'group', group, { limit: memberLimit(app, 'group'), now });
      await noticeCommunity(made, { joined: join });
      await invite(made);
      return made.id;
    },
  }),

  route({
    method: 'PUT',
    path: '/groups/:id',
    summary: 'Change the owner of a group, its members, or both; the owner is always a member',
    params: idParams,
    body: z.object({ owner: z.optional(id('owner')), members: z.optional(ids('members')) }),
    status: 201,
    response: GroupShape,
    access: (caller, { app, params }) => isOwner(caller, groupAt(app, params)),
    async handle(request) {
      const { app, principal, params, body, now } = request;
      const group = groupAt(app, params);
      if (!body.owner && !body.members)
        throw new ChatError(ERROR.badParameter, 'body: expected owner, members, or both');
      const named = [...new Set([...(body.owner ? [body.owner] : []), ...(body.members ?? [])])];
      await checkAdding({ app, principal }, named, group);
      const users = await outsiders(group, named);
      if (users.length > 0) await askBefore(app.id, 'join', { to: { id: group.id, type: TYPE.group }, users });
      const { join, invite } = await admission(request, named, { community: group });
      if (body.owner && !join.includes(body.owner)) {
        throw new Forbidden(`owner: expected a member; ${body.owner} must accept an invitation first`);
      }
      await hideFromNew(app, group, join, now);
      const options = { limit: memberLimit(app, 'group'), now };
      if (body.members) {
        const members = body.members.filter((id) => join.includes(id));
        const replaced = await replaceMembers(group, { owner: body.owner, members }, options);
        await noticeCommunity(group, { ...replaced, changed: replaced.hasNewOwner });
        await invite(group);
        return replaced.description;
      }
      const changed = await changeMembers(group, { owner: body.owner }, options);
      await noticeCommunity(group, { ...changed, changed: changed.hasNewOwner });
      return describeHead(group, changed.head);
    },
  }),

  route({
    method: 'GET',
    path: '/groups/:id/chats',
    summary: 'Read the history of a group',
    params: idParams,
    query: historyQuery,
    status: 200,
    response: HistoryShape,
    access: (caller, { app, params }) => isMember(caller, groupAt(app, params)),
    audit: audited('conversation.read', ({ params }) => `group/${params.id}`),
    async handle({ app, principal, params, query, now }) {
      await checkExists(groupAt(app, params));
      const of = conversation(app, params.id);
      const [since = 0] = principal ? await visibleSince(principal, [of]) : [];
      return history(of, query, now, since);
    },
  }),

  route({
    method: 'GET',
    path: '/groups/:id/chats/:messageId',
    summary: 'Read one message of the history of a group',
    params: z.extend(idParams, { messageId: messageParam }),
    status: 200,
    response: MessageShape,
    access: (caller, { app, params }) => isMember(caller, groupAt(app, params)),
    audit: audited('conversation.read', ({ params }) => `group/${params.id}`),
    async handle({ app, principal, params, now }) {
      await checkExists(groupAt(app, params));
      const of = conversation(app, params.id);
      const [since = 0] = principal ? await visibleSince(principal, [of]) : [];
      return oneMessage(of, params.messageId, now, since);
    },
  }),

  route({
    method: 'DELETE',
    path: '/groups/:id/chats',
    summary: 'Erase the history of a group',
    params: idParams,
    status: 204,
    access: (caller, { app, params }) => isOwner(caller, groupAt(app, params)),
    audit: audited('history.erase', ({ params }) => `group/${params.id}`),
    async handle({ app, params }) {
      await checkExists(groupAt(app, params));
      await eraseHistory(conversation(app, params.id));
    },
  }),

  route({
    method: 'GET',
    path: '/groups/:id/reads',
    summary: 'List how far the members of a group have read, as far as they send read receipts',
    params: idParams,
    status: 200,
    response: ReadsShape,
    access: (caller, { app, params }) => isMember(caller, groupAt(app, params)),
    async handle({ app, params, principal }) {
      const group = groupAt(app, params);
      await checkExists(group);
      if (!app.receipts) return [];
      const [members, receipts, [own]] = await Promise.all([
        membersOf(group),
        receiptsIn(conversation(app, params.id)),
        lookup(principal ? [profile(principal)] : []),
      ]);
      // Users who send no receipts get none.
      if (own?.receipts === false) return [];
      return members.flatMap((id) => {
        const upTo = receipts.get(id);
        return upTo === undefined ? [] : [{ id, upTo }];
      });
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/groups',
    summary: 'List the groups of a user',
    params: z.object({ id: id('id') }),
    query: z.object({
      detail: flag('Return group objects with the last message'),
      skip,
      limit: limit(MAX_LISTED, MAX_LISTED),
    }),
    status: 200,
    response: z.union([IdsShape, z.array(GroupOfUserShape)]),
    access: isSelf,
    audit: audited('conversation.read', ({ params, query }) => (query.detail ? `user/${params.id}` : undefined)),
    async handle({ app, params, query, now }) {
      const ids = page(await communitiesOf(app.id, 'group', params.id), query);
      if (!query.detail) return ids;
      const found = await describeCommunities(app.id, 'group', ids);
      const recentMessages = await latestMessages(
        found.map((group) => ({ conversation: conversation(app, group.id), mayPredateHeads: true })),
        now,
      );
      const visible = await visibleSince(
        { app: app.id, kind: 'user', id: params.id },
        found.map((group) => conversation(app, group.id)),
      );
      const recent = fittingRecent(
        recentMessages.map((message, n) => (message && message.ts >= (visible[n] ?? 0) ? message : undefined)),
      );
      return found.map((group, n) => ({ ...group, ...(recent[n] && { recent: recent[n] }) }));
    },
  }),
];
