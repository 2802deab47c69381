import * as z from 'zod/mini';
import { enqueueUserDeletion } from '../../jobs/user-deletion.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Principal } from '../../shared/principal.ts';
import { accountHead } from '../../store/accounts.ts';
import { lookup } from '../../store/dynamo.ts';
import { markDeleted, standing } from '../../store/standing.ts';
import {
  findDeletion,
  MESSAGES,
  newDeletion,
  STEPS,
  saveDeletion,
  type UserDeletion,
} from '../../store/user-deletions.ts';
import { isSelf, masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { id } from '../parameters.ts';
import { route } from '../route.ts';

const user = z.object({ id: id('id') });

const count = (description: string) => z.int().register(z.globalRegistry, { description });
const time = z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] });

const DeletionShape = z
  .object({
    state: z.enum(['running', 'done']),
    step: z.optional(z.enum(STEPS)).register(z.globalRegistry, { description: 'The step in progress' }),
    messages: z.enum(MESSAGES),
    started: time,
    updated: time,
    finished: z.optional(time),
    counts: z.object({
      messages: count('Messages in groups that were deleted or anonymised'),
      conversations: count('Conversations with friends, strangers and visitors that were erased'),
      groups: count('Groups that the user left'),
      rooms: count('Rooms that the user left'),
    }),
  })
  .register(z.globalRegistry, { id: 'UserDeletion' });

const view = ({ cursor: _, ...deletion }: UserDeletion): z.output<typeof DeletionShape> => ({
  state: deletion.step === undefined ? 'done' : 'running',
  ...deletion,
});

export const userDeletion = [
  route({
    method: 'DELETE',
    path: '/ctx/:id',
    summary: 'Delete a user with all data. Continues an interrupted deletion',
    params: user,
    query: z.object({
      messages: z._default(z.enum(MESSAGES), 'anonymise').register(z.globalRegistry, {
        description: 'What happens to the messages in groups. Conversations with one other participant are erased',
      }),
    }),
    status: 202,
    response: DeletionShape,
    strict: 'always',
    access: isSelf,
    audit: audited('user.delete', ({ params }) => `user/${params.id}`),
    async handle({ app, params, query, now }) {
      const subject: Principal = { app: app.id, kind: 'user', id: params.id };
      const [[found, account], before] = await Promise.all([
        lookup([standing(subject), accountHead(app.id, params.id)], { consistent: true }),
        findDeletion(app.id, params.id),
      ]);
      const exists = found !== undefined || account !== undefined;
      if (!exists && before?.step === undefined) {
        if (before) return view(before);
        throw new ChatError(ERROR.notFound, `There is no user ${params.id}`);
      }
      const deletion = before?.step === undefined ? newDeletion(query.messages, now) : before;
      await saveDeletion(app.id, params.id, deletion);
      if (exists) await markDeleted(subject, now);
      await enqueueUserDeletion({ app: app.id, user: params.id });
      return view(deletion);
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/deletion',
    summary: 'Read how far the deletion of a user is; kept for 400 days',
    params: user,
    status: 200,
    response: DeletionShape,
    strict: 'always',
    access: masterOnly,
    async handle({ app, params }) {
      const deletion = await findDeletion(app.id, params.id);
      if (!deletion) throw new ChatError(ERROR.notFound, `There is no deletion of ${params.id}`);
      return view(deletion);
    },
  }),
];
