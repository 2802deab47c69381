import * as z from 'zod/mini';
import { MESSAGE_ID } from '../shared/message-id.ts';
import { ID, ID_LENGTH, parseId } from '../shared/principal.ts';

// JSON Schema cannot be derived from a transform, so each transform registers its own JSON Schema.
const ANY_ID = { type: 'string', pattern: ID.source, maxLength: ID_LENGTH };

/** An id in a path or body, with the rules of user ids. Errors name the parameter. */
export const id = (name: string, description = 'The user', example = 'tom') =>
  z
    .pipe(
      z.unknown(),
      z.transform((value) => parseId(value, name)),
    )
    .register(z.globalRegistry, { ...ANY_ID, description, examples: [example] });

/** The id of a group or room, which the server generates. */
export const communityId = id('id', 'The group or room', '9f2b61c04a7d4b0f8f3f5f5c2f6f7a11');

/** A conversation of a user in a path. */
export const conversationParams = z.object({
  id: id('id'),
  type: z
    .enum(['friend', 'group', 'visitor', 'stranger'])
    .register(z.globalRegistry, { description: 'The kind of the conversation' }),
  peer: id('peer', 'The other participant, or the group', 'jerry'),
});

/** Maximum number of ids in one request. */
const MAX_IDS = 1000;

/** Maximum nesting of a list of ids. */
const NESTED = 8;

/**
 * A list of ids without duplicates. The JavaScript client nests its lists (`["a", ["b"]]`), so the server flattens
 * them.
 */
export const ids = (name: string, most = MAX_IDS) =>
  z
    .pipe(
      z.array(z.unknown()).check(z.maxLength(MAX_IDS, `expected at most ${MAX_IDS} ids`)),
      z.transform((list) => [...new Set(list.flat(NESTED).map((value) => parseId(value, name)))]),
    )
    .check(z.maxLength(most, `expected at most ${most} ids`))
    .register(z.globalRegistry, {
      description: 'Ids. Nested lists are flattened',
      items: ANY_ID,
      maxItems: most,
      examples: [['jerry', 'butch']],
    });

/** Ids in a query, separated by commas. */
export const idList = (name: string, description: string) =>
  z
    .pipe(
      z.pipe(
        z.string(),
        z.transform((text): unknown => text.split(',').filter((part) => part !== '')),
      ),
      ids(name),
    )
    .register(z.globalRegistry, { type: 'array', description, items: ANY_ID, maxItems: MAX_IDS });

/** A query flag without a value, as in `?detail`. */
export const flag = (description: string) =>
  z
    ._default(
      z.pipe(
        z.string(),
        z.transform((value) => value !== 'false' && value !== '0'),
      ),
      false,
    )
    .register(z.globalRegistry, { type: 'boolean', default: false, description });

const integer = () => z.pipe(z.string().check(z.regex(/^\d{1,16}$/, 'expected a whole number')), z.transform(Number));

const MAX_SKIPPED = 100_000;

/** Number of entries to skip. */
export const skip = z
  ._default(integer().check(z.maximum(MAX_SKIPPED, `expected at most ${MAX_SKIPPED}`)), 0)
  .register(z.globalRegistry, {
    type: 'integer',
    minimum: 0,
    maximum: MAX_SKIPPED,
    default: 0,
    description: 'Number of entries to skip',
  });

/** Maximum number of entries in a response. A value above `most` becomes `most`. */
export const limit = (normal: number, most = 1000) =>
  z
    ._default(
      z.pipe(
        z.string().check(z.regex(/^0*[1-9]\d{0,15}$/, 'expected a whole number of at least 1')),
        z.transform((value) => Math.min(Number(value), most)),
      ),
      normal,
    )
    .register(z.globalRegistry, {
      type: 'integer',
      minimum: 1,
      default: normal,
      description: `Maximum number of entries. A value above ${most} becomes ${most}`,
    });

/** Default and maximum number of listed groups or rooms of a user. */
export const MAX_LISTED = 10_000;

/** Returns the requested part of a list. */
export function page<T>(list: readonly T[], { skip, limit }: { readonly skip: number; readonly limit: number }): T[] {
  return list.slice(skip, skip + limit);
}

/** Values below this are seconds, which iOS clients send. As milliseconds, this value is a day in 1973. */
const SECONDS_BELOW = 1e11;

/** A time in epoch milliseconds or epoch seconds. */
export const time = (description: string) =>
  z
    .pipe(
      z.string().check(z.regex(/^\d{1,16}(\.\d{1,16})?$/, 'expected a time in epoch milliseconds or epoch seconds')),
      z.transform((text) => Math.floor(Number(text) < SECONDS_BELOW ? Number(text) * 1000 : Number(text))),
    )
    .register(z.globalRegistry, { type: 'number', minimum: 0, description });

/** A time after now, in a body: epoch ms. */
export const future = (description: string) =>
  z
    .int()
    .check(z.refine((until) => until > Date.now(), 'expected a time in the future, in epoch milliseconds'))
    .register(z.globalRegistry, { description: `${description}, epoch milliseconds`, examples: [4102444800000] });

/** The id of a message in a query. */
export const messageId = (description: string) =>
  z
    .string()
    .check(z.regex(MESSAGE_ID, 'expected a message id'))
    .register(z.globalRegistry, { description, examples: ['01767225600000-0000000000000001-9f2b61c0'] });

/** A message in a path. */
export const messageParam = messageId('The message');

/**
 * The requested part of a history: the newest `limit` messages before a bound, or the oldest `limit` messages after
 * one.
 */
export const historyQuery = z.object({
  ts: z.optional(
    time(
      'Only messages before this time, in epoch milliseconds, or in seconds if below 10^11. Default: now. Paging by time can skip messages with equal times; use `before`',
    ),
  ),
  before: z.optional(messageId('Only messages before the message with this id')),
  after: z.optional(messageId('Only messages after the message with this id, oldest first')),
  limit: limit(20, 100),
});
