import * as z from 'zod/mini';
import { noticeRead } from '../../chat/change-notices.ts';
import { addressOf, missedSince } from '../../chat/missed.ts';
import { moveReadPosition } from '../../chat/read.ts';
import { upToInput } from '../../chat/read-input.ts';
import type { Principal } from '../../shared/principal.ts';
import { TYPE } from '../../shared/wire.ts';
import type { App } from '../../store/apps.ts';
import { conversationPage, unreadTotal } from '../../store/conversation-page.ts';
import { setReceipts } from '../../store/profiles.ts';
import { isSelf } from '../access.ts';
import { audited } from '../audit.ts';
import { conversationParams, flag, id, limit, messageId } from '../parameters.ts';
import { fitting, fittingRecent } from '../response-size.ts';
import { route, type Section } from '../route.ts';
import { ConversationsShape, ReceiptsShape, SyncShape, UnreadShape } from './shapes.ts';

const userParams = z.object({ id: id('id') });

const userOf = (app: App, { id }: { id: string }): Principal => ({ app: app.id, kind: 'user', id });

/** Routes of the function `conversations`. */
export const conversations: Section = {
  name: 'conversations',
  description: 'All conversations of a user that have messages',
  routes: [
    route({
      method: 'GET',
      path: '/ctx/:id/conversations',
      summary: 'List the conversations of a user that have messages, newest first; the first page has all pinned ones',
      params: userParams,
      query: z.object({
        limit: limit(50, 200),
        cursor: z.optional(messageId('The `cursor` of the page before')),
        receipts: flag('Include how far the other participants have read'),
      }),
      status: 200,
      response: ConversationsShape,
      access: isSelf,
      audit: audited('conversation.read', ({ params }) => `user/${params.id}`),
      async handle({ app, params, query, now }) {
        const user = userOf(app, params);
        const { limit, cursor: before } = query;
        const receipts = query.receipts && app.receipts;
        const { entries, cursor } = await conversationPage(user, { before, limit, receipts }, now);
        const last = fittingRecent(entries.map((entry) => entry.last));
        return {
          conversations: entries.map(({ of, unread, mentioned, receipt, settings: { muted, pinned } }, n) => ({
            ...addressOf(user, of),
            ...(last[n] && { last: last[n] }),
            unread,
            ...(mentioned && { mentioned }),
            ...(muted && { muted }),
            ...(pinned && { pinned }),
            ...(receipt !== undefined && { read: receipt }),
          })),
          ...(cursor !== undefined && { cursor }),
        };
      },
    }),

    route({
      method: 'GET',
      path: '/ctx/:id/unread',
      summary: 'Count the unread messages of a user',
      params: userParams,
      status: 200,
      response: UnreadShape,
      access: isSelf,
      handle: async ({ app, params, now }) => ({ unread: await unreadTotal(userOf(app, params), now) }),
    }),

    route({
      method: 'PUT',
      path: '/ctx/:id/conversations/:type/:peer/read',
      summary: 'Mark a conversation as read up to a message',
      params: conversationParams,
      body: z.object({ upTo: upToInput() }),
      status: 204,
      access: isSelf,
      async handle({ app, params, body, now }) {
        const reader = userOf(app, params);
        const to = { id: params.peer, type: TYPE[params.type] };
        const notices = await moveReadPosition({ reader, to, upTo: body.upTo }, now);
        if (notices) await noticeRead(reader, notices);
      },
    }),

    route({
      method: 'PUT',
      path: '/ctx/:id/receipts',
      summary: 'Set whether a user sends and gets read receipts',
      params: userParams,
      body: ReceiptsShape,
      status: 204,
      access: isSelf,
      handle: ({ app, params, body }) => setReceipts(userOf(app, params), body.enabled),
    }),

    route({
      method: 'GET',
      path: '/ctx/:id/sync',
      summary: 'Read the messages that a user missed, as events',
      params: userParams,
      query: z.object({ since: messageId('The last message that the client has') }),
      status: 200,
      response: SyncShape,
      access: isSelf,
      audit: audited('conversation.read', ({ params }) => `user/${params.id}`),
      async handle({ app, params, query, now }) {
        const { events, synced } = await missedSince(
          userOf(app, params),
          query.since,
          app.catchUpMessages,
          now,
          fitting,
        );
        return { events: events.map(({ name, args }) => ({ event: name, data: args[0] })), ...synced };
      },
    }),
  ],
};
