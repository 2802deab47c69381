import type * as z from 'zod/mini';
import { logger } from '../observe/logger.ts';
import type { Item } from './dynamo.ts';

/** Maximum repaired values of one item. */
const MOST_REPAIRS = 50;

/**
 * Parses a stored item that may be older than the current schema. A number out of bounds becomes the nearest bound. Any
 * other invalid value is removed, so that its default applies. Each repair is logged.
 * @param what the name of the item in the log
 * @throws when the item cannot be repaired, because a required value is missing or invalid
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

/** The nearest bound of a number that is out of bounds. Undefined for any other issue. */
function boundOf(issue: z.core.$ZodIssue): number | undefined {
  const bound = issue.code === 'too_big' ? issue.maximum : issue.code === 'too_small' ? issue.minimum : undefined;
  const isNumber = 'origin' in issue && ['number', 'int'].includes(String(issue.origin));
  return isNumber && typeof bound === 'number' ? bound : undefined;
}

/**
 * Copies a value with a replacement at a path; undefined removes it. Returns the same value when the path does not
 * exist.
 */
function put(value: unknown, [key, ...rest]: readonly PropertyKey[], replacement: unknown): unknown {
  if (typeof value !== 'object' || value === null || key === undefined || !Object.hasOwn(value, key)) return value;
  const entries = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    if (name !== String(key)) return [[name, member]];
    const changed = rest.length > 0 ? put(member, rest, replacement) : replacement;
    return changed === undefined ? [] : [[name, changed]];
  });
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}
