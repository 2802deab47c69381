import * as z from 'zod/mini';
import { invoke } from '../../gateway/invoke.ts';
import { type ReadCredential, ReadResult, Upload } from '../../jobs/push-credentials.ts';
import { storeCredentials } from '../../mobile/platform-application.ts';
import { ENV } from '../../shared/constants.ts';
import { requireEnv } from '../../shared/environment.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { PushSettings } from '../../store/app-settings.ts';
import { changeApp } from '../../store/apps.ts';
import { Credential, PLATFORMS } from '../../store/platforms.ts';
import { masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { route, type Section } from '../route.ts';
import { pushTest } from './push-test.ts';

const reader = requireEnv(ENV.pushCredentialsUrl);

const platform = z.enum(PLATFORMS).register(z.globalRegistry, {
  description: 'Apple push service for apps in the store or in development, or the push service of Google',
});

const Known = z
  .object({
    platform,
    kind: Credential.shape.kind,
    bundle: z.optional(z.string()),
    expires: z.optional(z.string()),
  })
  .register(z.globalRegistry, { id: 'PushCredential' });

/** The public part of credentials. */
function known(platform: (typeof PLATFORMS)[number], { kind, bundle, expires }: Credential): z.output<typeof Known> {
  return {
    platform,
    kind,
    ...(bundle !== undefined && { bundle }),
    ...(expires !== undefined && { expires: new Date(expires).toISOString() }),
  };
}

const example = { file: 'MIIKQQIBAzCCCgcGCSqGSIb3DQEHAaCC...', password: 'as exported', bundleId: 'com.example.chat' };

/** These endpoints need the master key, also in open mode. */
const management = { strict: 'always', access: masterOnly } as const;

export const pushCredentials: Section = {
  name: 'push',
  description: 'Credentials of the application for push services, and the text of alerts',
  routes: [
    route({
      ...management,
      method: 'PUT',
      path: '/2.0/push/credentials/:platform',
      summary: 'Upload or replace credentials (.p12, .p8, or the key of a Google service account)',
      params: z.object({ platform }),
      body: Upload.register(z.globalRegistry, { examples: [example] }),
      status: 200,
      response: Known,
      audit: audited('push.credentials', ({ params }) => params.platform),
      async handle({ app, params: { platform }, body }) {
        const read = ReadResult.parse(await invoke(reader, { platform, upload: body } satisfies ReadCredential));
        if ('refused' in read) throw new ChatError(ERROR.badParameter, read.refused);
        const arn = await storeCredentials(app.id, platform, app[platform]?.arn, read.attributes);
        const credential = { arn, ...read.known };
        await changeApp(app.id, { [platform]: credential });
        return known(platform, credential);
      },
    }),

    route({
      ...management,
      method: 'GET',
      path: '/2.0/push/credentials',
      summary: 'List the credentials and their expiry dates',
      params: z.object({}),
      status: 200,
      response: z.array(Known),
      handle: async ({ app }) =>
        PLATFORMS.flatMap((platform) => {
          const credential = app[platform];
          return credential ? [known(platform, credential)] : [];
        }),
    }),

    route({
      ...management,
      method: 'PUT',
      path: '/2.0/push/settings',
      summary: 'Replace the settings of alerts; omitted settings get their defaults',
      params: z.object({}),
      body: PushSettings.register(z.globalRegistry, {
        id: 'PushSettings',
        examples: [{ template: '{name}: {text}', nameAttribute: 'nickname' }],
      }),
      status: 200,
      response: PushSettings,
      audit: audited('settings.change', () => 'push'),
      async handle({ app, body }) {
        await changeApp(app.id, { push: body });
        return body;
      },
    }),

    route({
      ...management,
      method: 'GET',
      path: '/2.0/push/settings',
      summary: 'Read the settings of alerts',
      params: z.object({}),
      status: 200,
      response: PushSettings,
      handle: async ({ app }) => app.push,
    }),

    pushTest,
  ],
};
