import * as z from 'zod/mini';
import type { Addressee, DeliverJob } from '../../jobs/deliver.ts';
import { enqueueDeliveries } from '../../jobs/deliver-enqueue.ts';
import { checkContent, MessageInput } from '../../shared/content.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { serverEvent } from '../../shared/event.ts';
import { messageId } from '../../shared/message-id.ts';
import type { App } from '../../store/apps.ts';
import { checkExists } from '../../store/communities.ts';
import { lookup } from '../../store/dynamo.ts';
import { profile } from '../../store/profiles.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { flag, id } from '../parameters.ts';
import { route } from '../route.ts';
import { AcceptedShape } from './shapes.ts';

const Body = z
  .object(MessageInput.shape)
  .register(z.globalRegistry, { examples: [{ content: { media: 0, body: 'Back in five minutes' } }] });

/** Enqueues the message. Online users receive it after the response. */
async function send(app: App, to: Addressee, body: z.output<typeof Body>, now: number): Promise<{ id: string }> {
  checkContent(body, 'body');
  const { content, remark, push } = body;
  const message = { id: messageId(now, 0), content, ts: now, ...(remark != null && { remark }) };
  const pushes = to.kind === 'user' || to.kind === 'group';
  const event = serverEvent('sys', message);
  await enqueueDeliveries([
    { app: app.id, event, priority: 'notice', to, ...(pushes && { push: push ?? {} }) } satisfies DeliverJob,
  ]);
  return { id: message.id };
}

const kindOf = ({ group, room }: { group: boolean; room: boolean }) => (group ? 'group' : room ? 'room' : 'user');

export const systemMessages = [
  route({
    method: 'POST',
    path: '/system',
    summary: 'Send a message to everyone who is online',
    params: z.object({}),
    body: Body,
    status: 202,
    response: AcceptedShape,
    access: masterOnly,
    audit: audited('message.broadcast', () => 'everybody'),
    handle: ({ app, body, now }) => send(app, { kind: 'everybody' }, body, now),
  }),

  route({
    method: 'POST',
    path: '/system/:id',
    summary: 'Send a message to a user, a group or a room',
    params: z.object({ id: id('id', 'The user, group or room') }),
    query: z.object({ group: flag('The id is a group id'), room: flag('The id is a room id') }),
    body: Body,
    status: 202,
    response: AcceptedShape,
    access: masterOnly,
    audit: audited('message.broadcast', ({ params, query }) => `${kindOf(query)}/${params.id}`),
    async handle({ app, params, query, body, now }) {
      const kind = kindOf(query);
      await mustExist(app, kind, params.id);
      return send(app, { kind, id: params.id }, body, now);
    },
  }),
];

async function mustExist(app: App, kind: 'user' | 'group' | 'room', id: string): Promise<void> {
  if (kind !== 'user') return checkExists({ app: app.id, kind, id });
  const [found] = await lookup([profile({ app: app.id, kind, id })]);
  if (!found) throw new ChatError(ERROR.notFound, `There is no user ${id}`);
}
