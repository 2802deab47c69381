import * as z from 'zod/mini';
import type { Principal } from '../../shared/principal.ts';
import type { App } from '../../store/apps.ts';
import { conversationSettings, saveConversationSettings } from '../../store/conversation-settings.ts';
import { lookup } from '../../store/dynamo.ts';
import { PushSettingsOfUser, pushSettings, savePushSettings } from '../../store/push-settings.ts';
import { isSelf } from '../access.ts';
import { conversationParams, id } from '../parameters.ts';
import { route } from '../route.ts';
import { ConversationSettingsShape } from './relation-shapes.ts';

const userParams = z.object({ id: id('id') });

const userOf = (app: App, { id }: { id: string }): Principal => ({ app: app.id, kind: 'user', id });

const ofConversation = {
  path: '/ctx/:id/conversations/:type/:peer/settings',
  params: conversationParams,
  status: 200,
  response: ConversationSettingsShape,
  access: isSelf,
} as const;

const PushSettingsBody = PushSettingsOfUser.register(z.globalRegistry, {
  id: 'UserPushSettings',
  description: '`preview`: whether pushes show the text of messages. `quiet`: hours without pushes (do not disturb)',
});

export const userSettings = [
  route({
    ...ofConversation,
    method: 'GET',
    summary: 'Read the settings of a conversation',
    async handle({ app, params }) {
      const address = { kind: params.type, peer: params.peer };
      const [settings] = await lookup([conversationSettings(userOf(app, params), address)], { consistent: true });
      return settings;
    },
  }),

  route({
    ...ofConversation,
    method: 'PUT',
    summary: 'Mute or pin a conversation; a missing setting does not change',
    body: z.partial(ConversationSettingsShape),
    handle({ app, params, body: { muted, pinned } }) {
      const changes = { ...(muted !== undefined && { muted }), ...(pinned !== undefined && { pinned }) };
      return saveConversationSettings(userOf(app, params), { kind: params.type, peer: params.peer }, changes);
    },
  }),

  route({
    method: 'GET',
    path: '/ctx/:id/push-settings',
    summary: 'Read the push settings of a user',
    params: userParams,
    status: 200,
    response: PushSettingsBody,
    access: isSelf,
    async handle({ app, params }) {
      const [settings] = await lookup([pushSettings(userOf(app, params))], { consistent: true });
      return settings;
    },
  }),

  route({
    method: 'PUT',
    path: '/ctx/:id/push-settings',
    summary: 'Replace the push settings of a user: previews, and hours without pushes',
    params: userParams,
    body: PushSettingsBody,
    status: 204,
    access: isSelf,
    handle: ({ app, params, body }) => savePushSettings(userOf(app, params), body),
  }),
];
