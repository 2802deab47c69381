import * as z from 'zod/mini';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';
import { type Contact, contact, contactsOf } from '../../store/contacts.ts';
import { lookup } from '../../store/dynamo.ts';
import { latestMessages } from '../../store/latest-messages.ts';
import { history } from '../../store/messages.ts';
import { isSelf } from '../access.ts';
import { audited } from '../audit.ts';
import { onlineFor } from '../online.ts';
import { flag, historyQuery, id, idList, limit, messageParam, skip } from '../parameters.ts';
import { fittingRecent } from '../response-size.ts';
import { route } from '../route.ts';
import { oneMessage } from './one-message.ts';
import { ContactDetailShape, HistoryShape, IdsShape, MessageShape, StrangerShape } from './shapes.ts';

const userParams = z.object({ id: id('id') });
const pair = z.object({ id: id('id'), sid: id('sid', 'The stranger', 'butch') });

/** Adds the online status and the last message to contacts. */
async function detail(user: Principal, contacts: readonly Contact[], now: number) {
  const [online, recentMessages] = await Promise.all([
    onlineFor(
      user.app,
      user,
      contacts.map((stranger) => stranger.id),
    ),
    latestMessages(
      contacts.map((stranger) => ({
        conversation: { app: user.app, kind: 'stranger', between: [user.id, stranger.id] },
        mayPredateHeads: true,
      })),
      now,
    ),
  ]);
  const recent = fittingRecent(recentMessages);
  return contacts.map(({ id, ts }, n) => ({
    id,
    ts,
    online: online.has(id),
    ...(recent[n] && { recent: recent[n] }),
  }));
}

export const strangers = [
  route({
    method: 'GET',
    path: '/ctx/:id/strangers',
    summary: 'List the strangers that a user had contact with, latest first',
    params: userParams,
    query: z.object({
      detail: flag('Include the online status and the last message'),
      skip,
      limit: limit(100),
      ids: z.optional(idList('ids', 'Return only these strangers')),
    }),
    status: 200,
    response: z.union([IdsShape, z.array(ContactDetailShape)]),
    access: isSelf,
    audit: audited('conversation.read', ({ params, query }) => (query.detail ? `user/${params.id}` : undefined)),
    async handle({ app, params, query, now }) {
      const user: Principal = { app: app.id, kind: 'user', id: params.id };
      const contacts = query.ids
        ? await named(user, query.ids, query, now)
        : await contactsOf(user, query.skip, query.limit, now);
      if (!query.detail) return contacts.map((stranger) => stranger.id);
      return (await detail(user, contacts, now)).map(({ ts, ...shown }) => shown);
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/strangers/:sid',
    summary: 'Read the contact with one stranger',
    params: pair,
    status: 200,
    response: StrangerShape,
    access: isSelf,
    audit: audited('conversation.read', ({ params }) => `stranger/${params.id}/${params.sid}`),
    async handle({ app, params, now }) {
      const user: Principal = { app: app.id, kind: 'user', id: params.id };
      const [found] = await lookup([contact(user, params.sid, now)]);
      const [shown] = await detail(user, found ? [found] : [], now);
      if (!shown) throw new ChatError(ERROR.notFound, `${params.id} had no contact with ${params.sid}`);
      const { id: _, ...rest } = shown;
      return rest;
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/strangers/:sid/chats',
    summary: 'Read the history with a stranger',
    params: pair,
    query: historyQuery,
    status: 200,
    response: HistoryShape,
    access: isSelf,
    audit: audited('conversation.read', ({ params }) => `stranger/${params.id}/${params.sid}`),
    handle: ({ app, params, query, now }) =>
      history({ app: app.id, kind: 'stranger', between: [params.id, params.sid] }, query, now),
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/strangers/:sid/chats/:messageId',
    summary: 'Read one message of the history with a stranger',
    params: z.extend(pair, { messageId: messageParam }),
    status: 200,
    response: MessageShape,
    access: isSelf,
    audit: audited('conversation.read', ({ params }) => `stranger/${params.id}/${params.sid}`),
    handle: ({ app, params, now }) =>
      oneMessage({ app: app.id, kind: 'stranger', between: [params.id, params.sid] }, params.messageId, now),
  }),
];

/** Returns the contacts among the given strangers, latest first. */
async function named(
  user: Principal,
  ids: readonly string[],
  page: { skip: number; limit: number },
  now: number,
): Promise<Contact[]> {
  const found = await lookup([...new Set(ids)].map((stranger) => contact(user, stranger, now)));
  return found
    .flatMap((contact) => contact ?? [])
    .sort((a, b) => b.ts - a.ts)
    .slice(page.skip, page.skip + page.limit);
}
