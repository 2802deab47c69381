import * as z from 'zod/mini';
import { askForFriendship } from '../../chat/ask.ts';
import { noticeFriends } from '../../chat/change-notices.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { becomeFriends } from '../../store/befriending.ts';
import { blocksBetween } from '../../store/blocks.ts';
import { countCreation } from '../../store/creations.ts';
import { connectionsOf } from '../../store/devices.ts';
import { lookup } from '../../store/dynamo.ts';
import { friendEntries, friendship, MAX_FRIENDS, unfriend } from '../../store/friendships.ts';
import { latestMessages } from '../../store/latest-messages.ts';
import { history } from '../../store/messages.ts';
import { askBefore } from '../../webhooks/before.ts';
import { isSelf } from '../access.ts';
import { audited } from '../audit.ts';
import { flag, historyQuery, id, ids, limit, messageParam, page, skip } from '../parameters.ts';
import { fittingRecent } from '../response-size.ts';
import { route } from '../route.ts';
import { checkBefriending } from '../rules.ts';
import { oneMessage } from './one-message.ts';
import {
  ContactDetailShape,
  FriendshipShape,
  HistoryShape,
  IdsShape,
  MadeFriendshipShape,
  MessageShape,
} from './shapes.ts';

const user = (app: string, userId: string): Principal => ({ app, kind: 'user', id: userId });

const userParams = z.object({ id: id('id') });
const pairParams = z.object({ id: id('id'), fid: id('fid', 'The friend', 'jerry') });

/** Maximum number of new friendships per request. */
const BATCH = 100;

interface Asked {
  readonly app: App;
  readonly principal: Principal | undefined;
  readonly isMaster: boolean;
  readonly params: { readonly id: string };
  /** Epoch ms. */
  readonly now: number;
}

/**
 * Makes friendships one after the other, and tells of those that are new, even if one cannot be made. If users of the
 * application ask each other, it makes requests instead.
 */
async function makeFriends(asked: Asked, others: readonly string[]): Promise<z.output<typeof MadeFriendshipShape>[]> {
  const { now, isMaster } = asked;
  const app = asked.app.id;
  const self = user(app, asked.params.id);
  const asks = asked.app.friendship === 'ask' && !isMaster;
  const strangers = await checkBefriending(asked, self, others);
  await askBefore(app, 'befriend', { from: self.id, to: others });
  // A client key has no limit, unless others are bothered with it.
  await countCreation(asked.app, asks ? self : asked.principal, 'friendships', strangers.length, now);
  const made = [];
  const added: string[] = [];
  try {
    for (const friend of others) {
      const outcome = asks ? await askForFriendship(self, friend, now) : await becomeFriends(self, friend, now);
      if ('request' in outcome) {
        const { request } = outcome;
        made.push({ id: `${request.from}-${request.to}`, ...request, ns: app, pending: true });
        continue;
      }
      made.push({ ...outcome.friendship, ns: app });
      if (outcome.isNew) added.push(friend);
    }
    return made;
  } finally {
    await noticeFriends(app, 'befriended', self.id, added);
  }
}

export const friends = [
  route({
    method: 'POST',
    path: '/ctx/:id/friends/:fid',
    summary: 'Make two users friends, or ask for it',
    params: pairParams,
    status: 200,
    response: MadeFriendshipShape,
    access: isSelf,
    async handle(request) {
      const { params } = request;
      if (params.id === params.fid)
        throw new ChatError(ERROR.badParameter, 'fid is the user of the path; it must be another user');
      const [made] = await makeFriends(request, [params.fid]);
      if (!made) throw new Error('No friendship was made, nor refused');
      return made;
    },
  }),

  route({
    method: 'POST',
    path: '/ctx/:id/friends',
    summary: 'Make a user friends with several users, or ask for it',
    params: userParams,
    body: ids('body', BATCH),
    status: 200,
    response: z.array(MadeFriendshipShape),
    access: isSelf,
    async handle(request) {
      const { params, body } = request;
      if (body.includes(params.id))
        throw new ChatError(ERROR.badParameter, 'body: expected users other than the user in the path');
      return makeFriends(request, body);
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/friends/:fid',
    summary: 'Read one friendship',
    params: pairParams,
    status: 200,
    response: FriendshipShape,
    access: isSelf,
    async handle({ app, params }) {
      const [self, friend] = [user(app.id, params.id), user(app.id, params.fid)];
      const [found, blocked, connections] = await lookup([
        friendship(self, friend.id),
        blocksBetween(self, friend, 'friend').theirs,
        connectionsOf(friend),
      ]);
      if (!found) throw new ChatError(ERROR.notFound, `${params.fid} is not a friend of ${params.id}`);
      return { ...found, online: !blocked && connections.length > 0 };
    },
  }),

  route({
    method: 'DELETE',
    path: '/ctx/:id/friends/:fid',
    summary: 'End a friendship on both sides',
    params: pairParams,
    status: 204,
    access: isSelf,
    async handle({ app, params }) {
      const ended = await unfriend(user(app.id, params.id), params.fid);
      if (ended) await noticeFriends(app.id, 'unfriended', params.id, [params.fid]);
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/friends',
    summary: 'List the friends of a user',
    params: userParams,
    query: z.object({
      detail: flag('Include the online status and the last message'),
      skip,
      limit: limit(MAX_FRIENDS, MAX_FRIENDS),
    }),
    status: 200,
    response: z.union([IdsShape, z.array(ContactDetailShape)]),
    access: isSelf,
    audit: audited('conversation.read', ({ params, query }) => (query.detail ? `user/${params.id}` : undefined)),
    async handle({ app, params, query, now }) {
      const entries = page(await friendEntries(user(app.id, params.id)), query);
      const ids = entries.map((entry) => entry.id);
      if (!query.detail) return ids;
      const [devices, recentMessages] = await Promise.all([
        lookup(ids.map((friend) => connectionsOf(user(app.id, friend)))),
        latestMessages(
          entries.map((entry) => ({
            conversation: { app: app.id, kind: 'friend', between: [params.id, entry.id] },
            mayPredateHeads: entry.predatesHeads,
          })),
          now,
        ),
      ]);
      const recent = fittingRecent(recentMessages);
      return entries.map(({ id, blockedBy }, n) => ({
        id,
        online: !blockedBy && (devices[n]?.length ?? 0) > 0,
        ...(recent[n] && { recent: recent[n] }),
      }));
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/friends/:fid/chats',
    summary: 'Read the history with a friend',
    params: pairParams,
    query: historyQuery,
    status: 200,
    response: HistoryShape,
    access: isSelf,
    audit: audited('conversation.read', ({ params }) => `friend/${params.id}/${params.fid}`),
    handle: ({ app, params, query, now }) =>
      history({ app: app.id, kind: 'friend', between: [params.id, params.fid] }, query, now),
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/friends/:fid/chats/:messageId',
    summary: 'Read one message of the history with a friend',
    params: z.extend(pairParams, { messageId: messageParam }),
    status: 200,
    response: MessageShape,
    access: isSelf,
    audit: audited('conversation.read', ({ params }) => `friend/${params.id}/${params.fid}`),
    handle: ({ app, params, now }) =>
      oneMessage({ app: app.id, kind: 'friend', between: [params.id, params.fid] }, params.messageId, now),
  }),
];
