import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { checkName } from '../../attributes/names.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { type Principal, parseId } from '../../shared/principal.ts';
import { lookup } from '../../store/dynamo.ts';
import { headOf } from '../../store/heads.ts';
import { history } from '../../store/messages.ts';
import { profile, saveVisitor } from '../../store/profiles.ts';
import { audited } from '../audit.ts';
import { historyQuery, id, messageParam } from '../parameters.ts';
import { loaded, type Request, route } from '../route.ts';
import { oneMessage } from './one-message.ts';
import { AttributesShape, HistoryShape, IdShape, MessageShape } from './shapes.ts';

const visitorId = id('id', 'The visitor', '9f2b61c04a7d4b0f8f3f5f5c2f6f7a11');
const visitorParams = z.object({ id: visitorId });

/** The visitor in the path, or a user who has messages with them. */
async function knowsVisitor(caller: Principal, { params }: { params: { id: string } }): Promise<boolean> {
  if (caller.kind === 'visitor') return caller.id === params.id;
  const [head] = await lookup([headOf({ app: caller.app, kind: 'visitor', between: [params.id, caller.id] })]);
  return head?.last !== undefined;
}

async function read({ app, params }: Pick<Request<{ id: string }, unknown, unknown>, 'app' | 'params'>) {
  const [found] = await lookup([profile({ app: app.id, kind: 'visitor', id: params.id })]);
  if (!found) throw new ChatError(ERROR.notFound, `There is no visitor ${params.id}`);
  return found.attributes;
}

const visitorAndUser = z.object({ id: visitorId, uid: id('uid') });

/** The visitor or the user of a conversation. */
const eitherOf = (caller: Principal, { params }: { params: { id: string; uid: string } }) =>
  caller.id === (caller.kind === 'visitor' ? params.id : params.uid);

export const visitors = [
  route({
    method: 'POST',
    path: '/passengers',
    summary: 'Create a visitor, or update the attributes of the visitor with the id in the body',
    params: z.object({}),
    body: z.record(z.string(), z.unknown()).register(z.globalRegistry, { examples: [{ name: 'Tyke' }] }),
    status: 200,
    response: IdShape,
    access: ({ kind, id }, { body }) => kind === 'visitor' && id === body.id,
    async handle({ app, body, restrictedTo, now }) {
      const { id: given, ...attributes } = body;
      const { nameAttribute } = app.push;
      if (restrictedTo) checkName(attributes[nameAttribute], `body.${nameAttribute}`);
      const visitor = given == null ? randomUUID().replaceAll('-', '') : parseId(given, 'body.id');
      await saveVisitor({ app: app.id, kind: 'visitor', id: visitor }, attributes, now);
      return visitor;
    },
  }),

  ...loaded({
    path: '/passengers/:id',
    summary: 'Read the attributes of a visitor',
    params: visitorParams,
    status: 200,
    response: AttributesShape,
    access: knowsVisitor,
    handle: read,
  }),

  route({
    method: 'GET',
    path: '/passengers/:id/chats/:uid',
    summary: 'Read the history of a visitor with a user',
    params: visitorAndUser,
    query: historyQuery,
    status: 200,
    response: HistoryShape,
    access: eitherOf,
    audit: audited('conversation.read', ({ params }) => `visitor/${params.id}/${params.uid}`),
    handle: ({ app, params, query, now }) =>
      history({ app: app.id, kind: 'visitor', between: [params.id, params.uid] }, query, now),
  }),

  route({
    method: 'GET',
    path: '/passengers/:id/chats/:uid/:messageId',
    summary: 'Read one message of the history of a visitor with a user',
    params: z.extend(visitorAndUser, { messageId: messageParam }),
    status: 200,
    response: MessageShape,
    access: eitherOf,
    audit: audited('conversation.read', ({ params }) => `visitor/${params.id}/${params.uid}`),
    handle: ({ app, params, now }) =>
      oneMessage({ app: app.id, kind: 'visitor', between: [params.id, params.uid] }, params.messageId, now),
  }),
];
