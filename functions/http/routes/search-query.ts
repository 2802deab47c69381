import { PATH_BYTES } from '../../attributes/limits.ts';
import type { Sort } from '../../attributes/order.ts';
import { parsePattern } from '../../attributes/pattern.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Search } from '../../store/search.ts';

/** The parameters of a request by name; one that came several times has all its values. */
export type Parameters = Record<string, string | string[]>;

/** How many are found. */
export const SEARCH_LIMIT = { default: 20, max: 1000 };
const MAX_CONDITIONS = 10;
const MAX_SORT_KEYS = 10;
const PATTERN_CHARACTERS = 256;

/**
 * Reads a search out of a query: names that begin with `_` are options, all others are conditions.
 * @throws ChatError 5018 that names what was wrong
 */
export function parseSearch(parameters: Parameters): Search {
  const pairs = Object.entries(parameters).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  const options = new Map(pairs.filter(([name]) => name.startsWith('_')));
  const conditions = pairs.filter(([name]) => !name.startsWith('_'));
  for (const name of options.keys()) {
    if (!['_sort', '_skip', '_limit'].includes(name)) {
      throw bad(
        `${name} is no option; _sort, _skip and _limit are. The name of an attribute cannot begin with "_" here`,
      );
    }
  }
  if (conditions.length > MAX_CONDITIONS) throw bad(`There may be at most ${MAX_CONDITIONS} conditions`);
  for (const [name, value] of conditions) checkCondition(name, value);
  return {
    conditions,
    sort: parseSort(options.get('_sort')),
    skip: whole('_skip', options.get('_skip') ?? '0', 0),
    limit: Math.min(whole('_limit', options.get('_limit') ?? String(SEARCH_LIMIT.default), 1), SEARCH_LIMIT.max),
  };
}

function checkCondition(name: string, value: string): void {
  if (Buffer.byteLength(name) > PATH_BYTES) throw bad(`A name is longer than ${PATH_BYTES} bytes, as no attribute is`);
  const { equality, length } = parsePattern(value);
  if (!equality && length > PATTERN_CHARACTERS) {
    throw bad(`${name}: a pattern may have at most ${PATTERN_CHARACTERS} characters`);
  }
}

function parseSort(text: string | undefined): Sort[] {
  if (text === undefined) return [];
  const keys = text.split(',').map((key): Sort => (key.startsWith('-') ? [key.slice(1), 'desc'] : [key, 'asc']));
  if (keys.some(([key]) => key === ''))
    throw bad('_sort must be names separated by commas, each after "-" if descending');
  if (keys.length > MAX_SORT_KEYS) throw bad(`_sort may have at most ${MAX_SORT_KEYS} names`);
  return keys;
}

function whole(name: string, text: string, least: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (value < least) throw bad(`${name} must be a whole number of at least ${least}`);
  return value;
}

function bad(message: string): ChatError {
  return new ChatError(ERROR.badQuery, message);
}
