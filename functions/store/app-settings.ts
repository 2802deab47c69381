import * as z from 'zod/mini';
import { LoginSettings } from './login-settings.ts';

/** A number of things, none of which is half a thing. */
const count = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));

/** How alerts are worded. */
export const PushSettings = z.object({
  /** `{text}` stands for what was said, `{name}` for who said it. */
  template: z._default(z.string().check(z.maxLength(256)), '{text}'),
  /** The attribute of a user or visitor that holds their name; their id stands in for it. */
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
  prefix: z.optional(
    z.string().check(z.regex(/^\+[1-9]\d{0,3}$/, 'expected "+" and the 1 to 4 digits of a country, such as +86')),
  ),
  /** `{code}` stands for the code. */
  template: z._default(
    z.string().check(z.includes('{code}', 'expected a text that holds {code}'), z.maxLength(140)),
    'Your code is {code}. It is valid for 10 minutes.',
  ),
  /** How many are sent in a day: to one phone, and in all. */
  perPhone: z._default(count(0, 1000), 10),
  perDay: z._default(count(0, 10_000_000), 1000),
});

/** What the operator of an application may decide. */
export const AppSettings = z.object({
  /** `open`: the client key may do everything, as with MaxIM; `strict`: a user's token may act as that user only. */
  mode: z._default(z.enum(['open', 'strict']), 'open'),
  /** Whether, in strict mode, the client key lets its holder log in as any user without an account. */
  plainLogin: z._default(z.boolean(), true),
  groupMembers: z._default(count(1, 10_000), 50),
  roomMembers: z._default(count(1, 1_000_000), 1000),
  /** How many messages a user may say in a minute: on all their connections, and on one. */
  messagesPerMinute: z._default(count(1, 1_000_000), 600),
  messagesPerMinuteOfConnection: z._default(count(1, 1_000_000), 300),
  /** For so long, a user whose last connection went may come back before anybody is told. */
  presenceGraceSeconds: z._default(count(0, 60), 0),
  /** How large an attachment may be, in bytes. */
  attachmentBytes: z._default(count(1, 5 * 1024 ** 3), 20 * 1024 * 1024),
  /** How many attachments a user may upload in an hour, and how many bytes in all. */
  uploadsPerHour: z._default(count(0, 1_000_000), 200),
  uploadBytesPerHour: z._default(count(0, 1024 ** 4), 1024 ** 3),
  push: z._default(PushSettings, PushSettings.parse({})),
  logins: z.prefault(LoginSettings, {}),
  sms: z.prefault(SmsSettings, {}),
});
