import { PATH_BYTES } from '../../attributes/limits.ts';
import { isCreation, type Sort } from '../../attributes/order.ts';
import { parsePattern } from '../../attributes/pattern.ts';
import { isWithin } from '../../attributes/visible.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import type { Search } from '../../store/search.ts';

/** The query parameters by name. A repeated parameter has a list of values. */
export type Parameters = Record<string, string | string[]>;

/** Number of results. */
export const SEARCH_LIMIT = { default: 20, max: 1000 };
const MAX_CONDITIONS = 10;
const MAX_SORT_KEYS = 10;
const PATTERN_CHARACTERS = 256;

/**
 * Parses a search from a query. Names that begin with `_` are options, all others are conditions.
 * @throws ChatError 5018 that names the invalid parameter
 */
export function parseSearch(parameters: Parameters): Search {
  const pairs = Object.entries(parameters).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  const options = new Map(pairs.filter(([name]) => name.startsWith('_')));
  const conditions = pairs.filter(([name]) => !name.startsWith('_'));
  for (const name of options.keys()) {
    if (!['_sort', '_skip', '_limit'].includes(name)) {
      throw bad(`${name}: unknown option; expected _sort, _skip or _limit. A condition cannot begin with "_"`);
    }
  }
  if (conditions.length > MAX_CONDITIONS) throw bad(`query: expected at most ${MAX_CONDITIONS} conditions`);
  for (const [name, value] of conditions) checkCondition(name, value);
  return {
    conditions,
    sort: parseSort(options.get('_sort')),
    skip: whole('_skip', options.get('_skip') ?? '0', 0),
    limit: Math.min(whole('_limit', options.get('_limit') ?? String(SEARCH_LIMIT.default), 1), SEARCH_LIMIT.max),
  };
}

/**
 * Limits a search to attributes that the caller may know of everyone. Otherwise, conditions and the order of results
 * would reveal values that the results do not contain.
 * @throws ChatError 5018 that names the parameter with another attribute
 */
export function limitTo(names: readonly string[], query: Search): Search {
  const check = (parameter: string, path: string) => {
    if (isWithin(path, names)) return;
    const valid = names.length === 0 ? 'none is' : `expected ${names.join(', ')}`;
    throw bad(`${parameter}: the attribute ${path} is not public; ${valid}`);
  };
  for (const [path] of query.conditions) check(path, path);
  for (const [path] of query.sort) if (!isCreation(path)) check('_sort', path);
  return { ...query, names };
}

function checkCondition(name: string, value: string): void {
  if (Buffer.byteLength(name) > PATH_BYTES) throw bad(`query: expected attribute names of at most ${PATH_BYTES} bytes`);
  const { equality, length } = parsePattern(value);
  if (!equality && length > PATTERN_CHARACTERS) {
    throw bad(`${name}: expected a pattern of at most ${PATTERN_CHARACTERS} characters`);
  }
}

function parseSort(text: string | undefined): Sort[] {
  if (text === undefined) return [];
  const keys = text.split(',').map((key): Sort => (key.startsWith('-') ? [key.slice(1), 'desc'] : [key, 'asc']));
  if (keys.some(([key]) => key === ''))
    throw bad('_sort: expected attribute names separated by commas, with "-" before a descending name');
  if (keys.length > MAX_SORT_KEYS) throw bad(`_sort: expected at most ${MAX_SORT_KEYS} names`);
  return keys;
}

function whole(name: string, text: string, least: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : -1;
  if (value < least) throw bad(`${name}: expected a whole number of at least ${least}`);
  return value;
}

function bad(message: string): ChatError {
  return new ChatError(ERROR.badQuery, message);
}
