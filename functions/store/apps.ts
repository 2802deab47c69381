import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { APP_ID, ENV, PARTITION_KEY, SORT_KEY } from '../constants.ts';
import { requireEnv } from '../environment.ts';
import { conditionFailed, dynamo } from './dynamo.ts';
import { LoginSettings } from './login-settings.ts';
import { Credential, type Platform } from './platforms.ts';

const table = requireEnv(ENV.coreTable);

/** How alerts are worded. */
export const PushSettings = z.object({
  /** `{text}` stands for what was said, `{name}` for who said it. */
  template: z._default(z.string().check(z.maxLength(256)), '{text}'),
  /** The attribute of a user or visitor that holds his name; his id stands in for it. */
  nameAttribute: z._default(z.string().check(z.minLength(1), z.maxLength(128)), 'nickname'),
  /** What is said of a message that is no text. */
  media: z._default(
    z.object({
      image: z._default(z.string().check(z.maxLength(128)), '[Image]'),
      audio: z._default(z.string().check(z.maxLength(128)), '[Audio]'),
      video: z._default(z.string().check(z.maxLength(128)), '[Video]'),
    }),
    { image: '[Image]', audio: '[Audio]', video: '[Video]' },
  ),
});
export type PushSettings = z.output<typeof PushSettings>;

/** Text messages with codes. */
const SmsSettings = z.object({
  /** What numbers begin with that come without a country: `+86`. */
  prefix: z.optional(z.string().check(z.regex(/^\+[1-9]\d{0,3}$/))),
  /** `{code}` stands for the code. */
  template: z._default(
    z.string().check(z.includes('{code}'), z.maxLength(140)),
    'Your code is {code}. It is valid for 10 minutes.',
  ),
  /** How many are sent in a day: to one phone, and in all. */
  perPhone: z._default(z.number(), 10),
  perDay: z._default(z.number(), 1000),
});

const App = z.object({
  clientKey: z.string(),
  masterKey: z.string(),
  /** `open`: the client key may do everything, as with MaxIM; `strict`: a user's token may act as that user only. */
  mode: z._default(z.enum(['open', 'strict']), 'open'),
  /** Whether, in strict mode, the client key lets its holder log in as any user without an account. */
  plainLogin: z._default(z.boolean(), true),
  groupMembers: z._default(z.number(), 50),
  roomMembers: z._default(z.int().check(z.minimum(1), z.maximum(1_000_000)), 1000),
  /** How many messages a user may say in a minute: on all his connections, and on one. */
  messagesPerMinute: z._default(z.number(), 600),
  messagesPerMinuteOfConnection: z._default(z.number(), 300),
  /** For so long, a user whose last connection went may come back before anybody is told; at most 60. */
  presenceGraceSeconds: z._default(z.number(), 0),
  /** Whether clients that can recover what they missed are served so. */
  recovery: z._default(z.boolean(), true),
  /** How large an attachment may be, in bytes. */
  attachmentBytes: z._default(z.number(), 20 * 1024 * 1024),
  /** How many attachments a user may upload in an hour, and how many bytes in all. */
  uploadsPerHour: z._default(z.number(), 200),
  uploadBytesPerHour: z._default(z.number(), 1024 ** 3),
  apns: z.optional(Credential),
  apns_sandbox: z.optional(Credential),
  fcm: z.optional(Credential),
  push: z._default(PushSettings, PushSettings.parse({})),
  logins: z.prefault(LoginSettings, {}),
  sms: z.prefault(SmsSettings, {}),
});

/** An application: whoever holds its client key may use the chat, whoever holds its master key may manage it. */
export interface App extends z.output<typeof App> {
  readonly id: string;
}

/** How long a function instance trusts what it read of an application: a changed key works everywhere after this. */
const TRUST_MS = 60_000;
const known = new Map<string, { app: App; until: number }>();

const key = (id: string) => ({ [PARTITION_KEY]: `app#${id}`, [SORT_KEY]: 'app' });

/** The application of that id, at most a minute old; undefined when there is none. */
export async function findApp(id: string): Promise<App | undefined> {
  if (!APP_ID.test(id)) return undefined;
  const cached = known.get(id);
  if (cached && cached.until > Date.now()) return cached.app;
  known.delete(id);
  const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: key(id) }));
  if (!Item) return undefined;
  const app = { id, ...App.parse(Item) };
  known.set(id, { app, until: Date.now() + TRUST_MS });
  return app;
}

/** Stores an application, or leaves the one that has this id as it is. Settings not given have their defaults. */
export async function createApp(
  app: Pick<App, 'id' | 'clientKey' | 'masterKey'> & Partial<App>,
): Promise<'created' | 'existed'> {
  const { id, ...attributes } = app;
  try {
    await dynamo.send(
      new PutCommand({
        TableName: table,
        Item: { ...key(id), ...attributes },
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      }),
    );
    return 'created';
  } catch (error) {
    if (conditionFailed(error)) return 'existed';
    throw error;
  }
}

/** Notes what credentials SNS holds for a platform, or how alerts are worded. */
export async function saveSetting<K extends Platform | 'push'>(id: string, name: K, value: App[K]): Promise<void> {
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: key(id),
      UpdateExpression: 'SET #name = :value',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#name': name, '#pk': PARTITION_KEY },
      ExpressionAttributeValues: { ':value': value },
    }),
  );
  known.delete(id);
}
