import * as z from 'zod/mini';
import { LoginSettings } from './login-settings.ts';

/** An integer within bounds. */
const count = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));

/** The text of push alerts. */
export const PushSettings = z.object({
  /** `{text}` is the text of the message, `{name}` the name of the sender. */
  template: z._default(z.string().check(z.maxLength(256)), '{text}'),
  /** The attribute that contains the name of a user or visitor. Without it, the id is used. */
  nameAttribute: z._default(z.string().check(z.minLength(1), z.maxLength(128)), 'nickname'),
  /** The text for messages with other media. */
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

/** Text messages with verification codes. */
const SmsSettings = z.object({
  /** The prefix of numbers without a country code: `+86`. */
  prefix: z.optional(
    z.string().check(z.regex(/^\+[1-9]\d{0,3}$/, 'expected "+" and a country code of 1 to 4 digits, such as +86')),
  ),
  /** `{code}` is replaced with the code. */
  template: z._default(
    z.string().check(z.includes('{code}', 'expected a text that contains {code}'), z.maxLength(140)),
    'Your code is {code}. It is valid for 10 minutes.',
  ),
  /** Maximum text messages per day: to one phone, and in total. */
  perPhone: z._default(count(0, 1000), 10),
  perDay: z._default(count(0, 10_000_000), 1000),
});

/** The settings of an application. */
export const AppSettings = z.object({
  /**
   * `open`: the client key permits all operations, as in MaxIM. `strict`: the token of a user permits only operations
   * of that user.
   */
  mode: z._default(z.enum(['open', 'strict']), 'open'),
  /** Whether, in strict mode, a holder of the client key may log in as any user without an account. */
  plainLogin: z._default(z.boolean(), true),
  groupMembers: z._default(count(1, 10_000), 50),
  roomMembers: z._default(count(1, 1_000_000), 1000),
  /** Maximum messages of a user per minute: in total, and on one connection. */
  messagesPerMinute: z._default(count(1, 1_000_000), 600),
  messagesPerMinuteOfConnection: z._default(count(1, 1_000_000), 300),
  /** How long a user without connections may reconnect before others receive an offline event. */
  presenceGraceSeconds: z._default(count(0, 60), 0),
  /** Whether users learn what others have read. */
  receipts: z._default(z.boolean(), true),
  /** Whether new members of a group can read the messages before they joined. */
  historyForNewMembers: z._default(z.boolean(), true),
  /** Maximum messages that a client gets after a login with `since`. */
  catchUpMessages: z._default(count(1, 1000), 200),
  /** Maximum size of an attachment in bytes. */
  attachmentBytes: z._default(count(1, 5 * 1024 ** 3), 20 * 1024 * 1024),
  /** Maximum uploads of a user per hour: number and total bytes. */
  uploadsPerHour: z._default(count(0, 1_000_000), 200),
  uploadBytesPerHour: z._default(count(0, 1024 ** 4), 1024 ** 3),
  push: z._default(PushSettings, PushSettings.parse({})),
  logins: z.prefault(LoginSettings, {}),
  sms: z.prefault(SmsSettings, {}),
});
