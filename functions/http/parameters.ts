import * as z from 'zod/mini';
import { MESSAGE_ID } from '../shared/message-id.ts';
import { ID, ID_LENGTH, parseId } from '../shared/principal.ts';

// What a schema takes apart by itself, it also has to describe by itself: the registered words of JSON Schema do that.
const ANY_ID = { type: 'string', pattern: ID.source, maxLength: ID_LENGTH };

/** An id in a path or body, by the rules of user ids; a failure names it. */
export const id = (name: string, description = 'The user', example = 'tom') =>
  z
    .pipe(
      z.unknown(),
      z.transform((value) => parseId(value, name)),
    )
    .register(z.globalRegistry, { ...ANY_ID, description, examples: [example] });

/** The id of a group or room; the server makes those up. */
export const communityId = id('id', 'The group or room', '9f2b61c04a7d4b0f8f3f5f5c2f6f7a11');

/** How many ids one request may name. */
const MAX_IDS = 1000;

/** How deep a list of ids may be nested. */
const NESTED = 8;

/** A list of ids without repeats. The JavaScript client nests its lists (`["a", ["b"]]`); they are meant flat. */
export const ids = (name: string, most = MAX_IDS) =>
  z
    .pipe(
      z.array(z.unknown()).check(z.maxLength(MAX_IDS, `must hold at most ${MAX_IDS} ids`)),
      z.transform((list) => [...new Set(list.flat(NESTED).map((value) => parseId(value, name)))]),
    )
    .check(z.maxLength(most, `must hold at most ${most} ids`))
    .register(z.globalRegistry, {
      description: 'Ids; lists inside the list are taken flat',
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

/** A flag that comes without a value, as in `?detail`. */
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

const integer = () => z.pipe(z.string().check(z.regex(/^\d{1,16}$/, 'must be a whole number')), z.transform(Number));

const MAX_SKIPPED = 100_000;

/** How many entries of a list to pass over. */
export const skip = z
  ._default(integer().check(z.maximum(MAX_SKIPPED, `must be at most ${MAX_SKIPPED}`)), 0)
  .register(z.globalRegistry, {
    type: 'integer',
    minimum: 0,
    maximum: MAX_SKIPPED,
    default: 0,
    description: 'How many to pass over',
  });

/** How many entries to answer; more than the most are taken for the most. */
export const limit = (normal: number, most = 1000) =>
  z
    ._default(
      z.pipe(
        z.string().check(z.regex(/^0*[1-9]\d{0,15}$/, 'must be a whole number of at least 1')),
        z.transform((value) => Math.min(Number(value), most)),
      ),
      normal,
    )
    .register(z.globalRegistry, {
      type: 'integer',
      minimum: 1,
      default: normal,
      description: `How many at most; more than ${most} are taken for ${most}`,
    });

/** How many groups or rooms of one user are listed, unless fewer are asked for. */
export const MAX_LISTED = 10_000;

/** The part of a list that is asked for. */
export function page<T>(list: readonly T[], { skip, limit }: { readonly skip: number; readonly limit: number }): T[] {
  return list.slice(skip, skip + limit);
}

/** Times below this are seconds, as iOS clients send them. In milliseconds it would be a day of 1973. */
const SECONDS_BELOW = 1e11;

const time = z
  .pipe(
    z.string().check(z.regex(/^\d{1,16}(\.\d{1,16})?$/, 'expected a time as epoch milliseconds, or as epoch seconds')),
    z.transform((text) => Math.floor(Number(text) < SECONDS_BELOW ? Number(text) * 1000 : Number(text))),
  )
  .register(z.globalRegistry, {
    type: 'number',
    minimum: 0,
    description:
      'Only messages before this time: epoch milliseconds, or seconds if below 10^11. Default: now. Pages by time can lose messages of equal times; use `before`',
  });

const messageId = (description: string) =>
  z
    .string()
    .check(z.regex(MESSAGE_ID, 'expected the id of a message'))
    .register(z.globalRegistry, { description, examples: ['01767225600000-0000000000000001-9f2b61c0'] });

/** The part of a history to answer: the newest `limit` messages before a bound, or the oldest after one. */
export const historyQuery = z.object({
  ts: z.optional(time),
  before: z.optional(messageId('Only messages before the one of this id')),
  after: z.optional(messageId('Only messages after the one of this id, beginning with the oldest')),
  limit: limit(20, 100),
});
