import type * as z from 'zod/mini';
import { logger } from '../observe/logger.ts';
import type { Item } from './dynamo.ts';

/** How many values of one item are repaired before it is given up. */
const MOST_REPAIRS = 50;

/**
 * Parses a stored item that may be older than today's schema. A number outside today's bounds is moved to the nearest
 * bound; any other value that does not fit is left out, so that its default applies. Each repair is logged.
 * @param what names the item in the log
 * @throws when the item cannot be repaired: a required value is missing or wrong
 */
export function parseStored<T extends z.ZodMiniType>(schema: T, item: Item, what: string): z.output<T> {
  let candidate: unknown = item;
  for (let n = 0; n < MOST_REPAIRS; n++) {
    const { success, data, error } = schema.safeParse(candidate);
    if (success) return data;
    const [issue] = error.issues;
    const path = issue?.path ?? [];
    if (!issue || path.length === 0) break;
    const bound = boundOf(issue);
    logger.warn('Stored value repaired', { item: what, path: path.join('.'), reason: issue.message, bound });
    const repaired = put(candidate, path, bound);
    if (repaired === candidate) break;
    candidate = repaired;
  }
  return schema.parse(candidate);
}

/** The nearest bound of a number that is out of bounds; undefined for any other fault. */
function boundOf(issue: z.core.$ZodIssue): number | undefined {
  const bound = issue.code === 'too_big' ? issue.maximum : issue.code === 'too_small' ? issue.minimum : undefined;
  const isNumber = 'origin' in issue && ['number', 'int'].includes(String(issue.origin));
  return isNumber && typeof bound === 'number' ? bound : undefined;
}

/** A copy with another value at a path; undefined removes what is there. The same when there is nothing. */
function put(value: unknown, [key, ...rest]: readonly PropertyKey[], replacement: unknown): unknown {
  if (typeof value !== 'object' || value === null || key === undefined || !Object.hasOwn(value, key)) return value;
  const entries = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (name !== String(key)) return [[name, member]];
    const changed = rest.length > 0 ? put(member, rest, replacement) : replacement;
    return changed === undefined ? [] : [[name, changed]];
  });
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}
