import * as z from 'zod/mini';
import { reactionInput } from '../../chat/change-input.ts';
import { actAsParticipant, admitAct, applyAct } from '../../chat/change-message.ts';
import { noticeChange } from '../../chat/change-notices.ts';
import type { Act } from '../../chat/change-rules.ts';
import { enqueueRecalledPush } from '../../jobs/recalled-push-enqueue.ts';
import { checkContent, MessageInput } from '../../shared/content.ts';
import type { Principal } from '../../shared/principal.ts';
import { TYPE } from '../../shared/wire.ts';
import type { AuditedAction } from '../../store/audit.ts';
import { isSelf } from '../access.ts';
import { audited } from '../audit.ts';
import { conversationParams, messageParam } from '../parameters.ts';
import { type Request, type Route, route, type Section } from '../route.ts';
import { ChangedShape } from './shapes.ts';

const messageParams = z.extend(conversationParams, { messageId: messageParam });
type Params = z.output<typeof messageParams>;

const reactionParams = z.extend(messageParams, {
  reaction: reactionInput().register(z.globalRegistry, {
    description: 'An emoji, or 1 to 32 characters without spaces',
    examples: ['👍'],
  }),
});

/** Changes a message in the name of the user in the path. With the master key, any message, without a time limit. */
async function change(act: Act, { app, params, isMaster, now }: Request<Params, unknown, unknown>) {
  const actor: Principal = { app: app.id, kind: 'user', id: params.id };
  const target = { to: { id: params.peer, type: TYPE[params.type] }, id: params.messageId };
  const { answer, notice } = isMaster
    ? await applyAct(act, actor, target, { changesAll: true, moderates: false }, app, now)
    : await actAsParticipant(act, actor, target, await admitAct(act, actor, target), app, now);
  if (notice) {
    await noticeChange(actor, target.to, notice);
    if (act.kind === 'recall') await enqueueRecalledPush(actor, notice.conversation, notice.message, now);
  }
  return answer;
}

const common = (action: AuditedAction) => ({
  path: '/ctx/:id/conversations/:type/:peer/messages/:messageId',
  params: messageParams,
  status: 200 as const,
  response: ChangedShape,
  access: isSelf,
  audit: audited(action, ({ params }: Request<Params, unknown, unknown>) =>
    [params.type, params.id, params.peer, params.messageId].join('/'),
  ),
});

const reactions = (method: 'PUT' | 'DELETE', summary: string): Route =>
  route({
    ...common('message.react'),
    method,
    path: '/ctx/:id/conversations/:type/:peer/messages/:messageId/reactions/:reaction',
    summary,
    params: reactionParams,
    handle: (request) =>
      change({ kind: 'react', reaction: request.params.reaction, remove: method === 'DELETE' }, request),
  });

/** Routes of the function `conversations`. */
export const messageChanges: Section = {
  name: 'messages',
  description: 'Changes of messages, in the name of a participant',
  routes: [
    route({
      ...common('message.edit'),
      method: 'PUT',
      summary: 'Edit a message',
      body: z.object({ content: MessageInput.shape.content }),
      async handle(request) {
        const { content } = request.body;
        checkContent({ content, remark: undefined }, 'body');
        return change({ kind: 'edit', content }, request);
      },
    }),

    route({
      ...common('message.recall'),
      method: 'DELETE',
      summary: 'Recall a message: its content is deleted for all',
      handle: (request) => change({ kind: 'recall' }, request),
    }),

    reactions('PUT', 'Add a reaction of the user to a message'),
    reactions('DELETE', 'Remove a reaction of the user to a message'),
  ],
};
