import * as z from 'zod/mini';
import { parseId } from '../chat/principal.ts';

/** An id in a path, by the rules of user ids; a failure names it. */
export const id = (name: string) =>
  z.pipe(
    z.string(),
    z.transform((value) => parseId(value, name)),
  );

/** A flag that comes without a value, as in `?detail`. */
export const flag = z._default(
  z.pipe(
    z.string(),
    z.transform((value) => value !== 'false' && value !== '0'),
  ),
  false,
);

const integer = z.pipe(z.string().check(z.regex(/^\d{1,16}$/, 'must be a whole number')), z.transform(Number));

const MOST_MESSAGES = 100;

/** The part of a history to answer: the newest `limit` messages before `ts`. */
export const historyQuery = z.object({
  ts: z.optional(integer),
  limit: z._default(
    z.pipe(
      z.string().check(z.regex(/^0*[1-9]\d{0,15}$/, 'must be a whole number of at least 1')),
      z.transform((value) => Math.min(Number(value), MOST_MESSAGES)),
    ),
    20,
  ),
});
