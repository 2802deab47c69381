import * as z from 'zod/mini';
import { logger } from '../../observe/logger.ts';
import { composeNotification } from '../../push/notification.ts';
import { publish } from '../../push/sns.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { messageId } from '../../shared/message-id.ts';
import type { App } from '../../store/apps.ts';
import { lookup } from '../../store/dynamo.ts';
import { dropEndpoint, type Installation, installation, installsOf } from '../../store/installations.ts';
import { profile } from '../../store/profiles.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { id } from '../parameters.ts';
import { route } from '../route.ts';

const Tested = z
  .object({
    results: z.array(
      z.object({
        installation: z.string(),
        outcome: z.enum(['sent', 'disabled', 'unregistered', 'failed']).register(z.globalRegistry, {
          description:
            'disabled: the push service rejected the device token. unregistered: no device token is registered. failed: see the message',
        }),
        message: z.optional(z.string()),
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'PushTest', description: 'The outcome for each installation of the user' });

type Outcome = z.output<typeof Tested>['results'][number];

async function push(
  app: App,
  id: string,
  found: Installation | undefined,
  text: string,
  now: number,
): Promise<Outcome> {
  if (found?.endpoint === undefined) return { installation: id, outcome: 'unregistered' };
  const event = { id: messageId(now, 0), content: { media: 0, body: text }, ts: now };
  try {
    const outcome = await publish(app, found.endpoint, composeNotification(event, text, found.badge, undefined));
    if (outcome === 'disabled') await dropEndpoint(app.id, id, found.endpoint);
    return { installation: id, outcome };
  } catch (error) {
    logger.warn('A test push was not sent', { install: id, error });
    return { installation: id, outcome: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

export const pushTest = route({
  method: 'POST',
  path: '/2.0/push/test',
  summary: 'Push to all installations of a user now, and report the outcomes',
  params: z.object({}),
  body: z.object({
    user: id('user'),
    text: z._default(z.string().check(z.minLength(1), z.maxLength(256)), 'Test').register(z.globalRegistry, {
      description: 'The text of the alert',
    }),
  }),
  status: 200,
  response: Tested,
  strict: 'always',
  access: masterOnly,
  audit: audited('push.test', ({ body }) => `user/${body.user}`),
  async handle({ app, body, now }) {
    const user = { app: app.id, kind: 'user', id: body.user } as const;
    const [found, installs] = await lookup([profile(user), installsOf(user)]);
    if (!found) throw new ChatError(ERROR.notFound, `user: there is no user ${body.user}`);
    const installations = await lookup(installs.map((install) => installation(app.id, install)));
    return {
      results: await Promise.all(installs.map((install, n) => push(app, install, installations[n], body.text, now))),
    };
  },
});
