import * as z from 'zod/mini';
import { LoginSettings } from './login-settings.ts';

/** An integer within bounds. */
const count = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));

// Shared, because functions make all schemas at each cold start.
const perHour = count(0, 1_000_000);
const textMessages = count(0, 10_000_000);
const label = z.string().check(z.maxLength(128));
const attributeName = z.string().check(z.minLength(1), z.maxLength(128));

/** The text and badge of push alerts. */
export const PushSettings = z.object({
  /** `{text}` is the text of the message, `{name}` the name of the sender. */
  template: z._default(z.string().check(z.maxLength(256)), '{text}'),
  /** The attribute that contains the name of a user or visitor. Without it, the id is used. */
  nameAttribute: z._default(attributeName, 'nickname'),
  /** The text for messages with other media. */
  media: z._default(
    z.object({
      image: z._default(label, '[Image]'),
      audio: z._default(label, '[Audio]'),
      video: z._default(label, '[Video]'),
      custom: z._default(label, '[Message]'),
      location: z._default(label, '[Location]'),
    }),
    { image: '[Image]', audio: '[Audio]', video: '[Video]', custom: '[Message]', location: '[Location]' },
  ),
  /** The text that replaces the push of a message that was recalled. */
  recalled: z._default(label, '[Recalled]'),
  /** The text for users who do not want messages in pushes. */
  hidden: z._default(z.string().check(z.minLength(1), z.maxLength(128)), 'New message'),
  /** Whether the badge is the number of the user's unread messages, instead of the pushes to the installation. */
  unreadBadge: z._default(z.boolean(), false),
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
  /** Maximum text messages per day: to one phone, requested from one network address, and in total. */
  perPhone: z._default(count(0, 1000), 10),
  perAddress: z._default(textMessages, 20),
  perDay: z._default(textMessages, 1000),
  /** Maximum text messages per day to each country code other than `prefix`. */
  perCountry: z._default(textMessages, 200),
});

const attributeNames = z.array(attributeName).check(z.maxLength(50));

/** Names of attributes that every user can read, and search by. A name includes everything inside that attribute. */
const PublicAttributes = z.object({
  user: z._default(attributeNames, ['nickname', 'avatar']),
  room: z._default(attributeNames, ['name']),
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
  /** Whether visitors may log in. */
  visitors: z._default(z.boolean(), true),
  /** Maximum new visitors per hour in strict mode: in total, and from one network address. */
  visitorsPerHour: z._default(perHour, 1000),
  visitorsPerHourOfAddress: z._default(perHour, 30),
  /**
   * With whom a user becomes friends by their token: with anyone, or with strangers who wrote to them. `master`: only the
   * master key makes friendships. Without a value, the mode decides, as for `adding` and `notifyAll`; see `rulesOf`.
   */
  befriending: z.optional(z.enum(['anyone', 'contacts', 'master'])),
  /**
   * What a user makes who adds a friend: `open`: a friendship; `ask`: a request, which the other accepts or declines. With
   * `ask`, users whom others add to groups get an invitation. The master key needs no consent.
   */
  friendship: z._default(z.enum(['open', 'ask']), 'open'),
  /**
   * What happens to messages of a user whom the receiver blocks: they are refused, or accepted and dropped without a word.
   */
  blocked: z._default(z.enum(['refuse', 'silent']), 'refuse'),
  /** Whom a user adds to groups and rooms by their token. */
  adding: z.optional(z.enum(['anyone', 'friends', 'master'])),
  /** Which devices of a user can be connected. `newest`: of each kind (iOS, Android, others) the one that logged in last. */
  devices: z._default(z.enum(['many', 'newest']), 'many'),
  /** How often users can announce their presence to everybody with `notifyAll`. `limited`: once a minute. */
  notifyAll: z.optional(z.enum(['always', 'limited', 'never'])),
  /** Maximum friendships, groups and rooms that a user makes per hour by their token. */
  friendshipsPerHour: z._default(perHour, 200),
  groupsPerHour: z._default(perHour, 50),
  roomsPerHour: z._default(perHour, 50),
  /** In strict mode. The master key reads all attributes; users also read their own and those of friends. */
  publicAttributes: z.prefault(PublicAttributes, {}),
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
  /** For how many hours users may edit and recall their messages. */
  editHours: z._default(count(0, 8760), 24),
  /** Maximum messages that a client gets after a login with `since`. */
  catchUpMessages: z._default(count(1, 1000), 200),
  /** Maximum size of an attachment in bytes. */
  attachmentBytes: z._default(count(1, 5 * 1024 ** 3), 20 * 1024 * 1024),
  /** Maximum uploads of a user per hour: number and total bytes. */
  uploadsPerHour: z._default(perHour, 200),
  uploadBytesPerHour: z._default(count(0, 1024 ** 4), 1024 ** 3),
  /** Maximum uploads of a visitor per hour. */
  uploadsPerHourOfVisitor: z._default(perHour, 20),
  /** `false`: several accounts may have the same email, so that nobody can test which addresses are registered. */
  uniqueEmails: z._default(z.boolean(), true),
  /**
   * What a client can do that cannot open a WebSocket connection. `upgrade`: nothing; it gets an error. `full`: it uses
   * long-polling, which costs much more.
   */
  polling: z._default(z.enum(['upgrade', 'full']), 'upgrade'),
  push: z.prefault(PushSettings, {}),
  logins: z.prefault(LoginSettings, {}),
  sms: z.prefault(SmsSettings, {}),
});

/**
 * What a new application stores, unless its creation says otherwise. The defaults above differ, because they apply to
 * applications that were created before and do not store these settings.
 */
export const NEW_APP = { mode: 'strict', plainLogin: false, visitors: false } as const;

type Settings = z.output<typeof AppSettings>;

/**
 * The rules between users, with the defaults of the mode. In open mode they are those of MaxIM: a client that holds the
 * key can act as any user, so rules for each user would prevent nothing.
 */
export function rulesOf(settings: Settings) {
  const { mode, friendship, befriending, adding, notifyAll } = settings;
  const isOpen = mode === 'open';
  return {
    // A request needs no earlier message, because the other user decides.
    befriending: befriending ?? (isOpen || friendship === 'ask' ? 'anyone' : 'contacts'),
    adding: adding ?? (isOpen ? 'anyone' : 'friends'),
    notifyAll: notifyAll ?? (isOpen ? 'always' : 'never'),
  };
}
