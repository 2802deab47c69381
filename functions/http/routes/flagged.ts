import * as z from 'zod/mini';
import { timeOf } from '../../shared/message-id.ts';
import { listFlagged, removeFlagged } from '../../store/flagged.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { limit, messageId, messageParam } from '../parameters.ts';
import { route } from '../route.ts';

const FlaggedShape = z
  .object({
    messages: z.array(
      z.object({
        id: z.string().register(z.globalRegistry, { description: 'The id of the message' }),
        ts: z.int().register(z.globalRegistry, { description: 'Epoch milliseconds', examples: [1767225600000] }),
        speaker: z.object({ id: z.string(), kind: z.enum(['user', 'visitor']) }),
        to: z.object({
          id: z.string(),
          type: z.int().register(z.globalRegistry, { description: '0 friend, 1 group, 2 room, 3 visitor, 4 stranger' }),
        }),
        body: z.string().register(z.globalRegistry, { description: 'A copy of the text' }),
        words: z.array(z.string()).register(z.globalRegistry, { description: 'The banned words in it' }),
      }),
    ),
    cursor: z
      .optional(z.string())
      .register(z.globalRegistry, { description: 'For the next page. Missing on the last page' }),
  })
  .register(z.globalRegistry, { id: 'FlaggedMessages' });

export const flagged = [
  route({
    method: 'GET',
    path: '/flagged',
    summary: 'List the messages with flagged words, the latest first; kept for 30 days',
    params: z.object({}),
    query: z.object({ limit: limit(50, 100), cursor: z.optional(messageId('The `cursor` of the page before')) }),
    status: 200,
    response: FlaggedShape,
    strict: 'always',
    access: masterOnly,
    audit: audited('flagged.read', () => 'flagged messages'),
    async handle({ app, query }) {
      const { messages, next } = await listFlagged(app.id, { before: query.cursor, limit: query.limit });
      return {
        messages: messages.map((message) => ({ ...message, ts: timeOf(message.id) })),
        ...(next !== undefined && { cursor: next }),
      };
    },
  }),

  route({
    method: 'DELETE',
    path: '/flagged/:messageId',
    summary: 'Remove a message from the list of flagged messages; the message stays',
    params: z.object({ messageId: messageParam }),
    status: 204,
    strict: 'always',
    access: masterOnly,
    audit: audited('flagged.dismiss', ({ params }) => `message/${params.messageId}`),
    handle: ({ app, params }) => removeFlagged(app.id, params.messageId),
  }),
];
