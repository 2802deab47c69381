import { type Condition, withIndexedValues } from '../attributes/condition.ts';
import { type Found, isCreation, type Sort, sorted } from '../attributes/order.ts';
import { parsePattern } from '../attributes/pattern.ts';
import { StepBudget } from '../attributes/step-budget.ts';
import { compareText } from '../attributes/text.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { IndexRange, Searchable } from './attribute-index.ts';
import { Candidates, growingChunks, MAX_READ, rangePages, tooManyCandidates } from './candidates.ts';
import { listDirectory } from './directory.ts';

export interface Search {
  /** Conditions that must all be met: the value at a path matches a pattern. */
  readonly conditions: readonly (readonly [path: string, pattern: string])[];
  /**
   * Without a sort, results are ordered by creation if there are no conditions, else in index order of the leading
   * condition.
   */
  readonly sort: readonly Sort[];
  readonly skip: number;
  readonly limit: number;
  /** The only attributes that the search compares and returns. Undefined: all. */
  readonly names?: readonly string[] | undefined;
}

/*
 * The plan of a search. Each condition has an index range, which lists the subjects that may match it. The conditions and
 * the sort determine which subjects are read. The attributes of the subjects then determine the matches.
 *
 * | conditions        | sort                 | candidates                                         | order             | reads                   |
 * |-------------------|----------------------|----------------------------------------------------|-------------------|-------------------------|
 * | none              | none, or by creation | the directory                                      | of the directory  | up to the last result   |
 * | none              | another              | the directory, whole                               | sorted here       | all                     |
 * | one               | none                 | its range                                          | of the range      | up to the last result   |
 * | several           | none                 | the range that ends first within PROBE entries;    | of the leader     | all of that range; else |
 * |                   |                      | if none does, the range of the leader              |                   | up to the last result   |
 * | one or several    | any                  | the range that ends first within MAX_READ entries  | sorted here       | all of that range       |
 *
 * The leader is the first condition for equality, else the first condition. It gives the order when no sort does. So the order
 * follows from the query alone, never from what is stored: a second page continues the first.
 */

/**
 * Finds users, groups or rooms by their attributes.
 * @throws ChatError 5018 when the search exceeds the read limit
 */
export async function search(app: string, kind: Searchable['kind'], query: Search): Promise<Found[]> {
  if (query.skip + query.limit > MAX_READ) {
    throw new ChatError(ERROR.badQuery, `_skip + _limit: at most ${MAX_READ} are allowed; use a narrower search`);
  }
  const budget = new StepBudget();
  const conditions = query.conditions.map(([path, pattern]) => ({ path, pattern: parsePattern(pattern, budget) }));
  const candidates = new Candidates(app, kind, conditions, query.names);
  const leader = conditions.find(({ pattern }) => pattern.equality) ?? conditions[0];
  return leader ? searchIndex(candidates, leader, query) : searchDirectory(candidates, query);
}

/** Searches without conditions. */
async function searchDirectory(candidates: Candidates, { sort, skip, limit }: Search): Promise<Found[]> {
  const { app, kind } = candidates;
  const [first, ...others] = sort;
  if (!first || (isCreation(first[0]) && others.length === 0)) {
    return candidates.first(limit, skipIds(skip, listDirectory(app, kind, first?.[1] ?? 'asc', skip + limit)));
  }
  const ids: string[] = [];
  for await (const page of listDirectory(app, kind, 'asc', 1000)) {
    ids.push(...page);
    if (ids.length > MAX_READ) throw tooManyCandidates(`without a condition, the search sorts all ${kind}s`);
  }
  return (await candidates.best(skip + limit, ids, (found) => sorted(found, sort))).slice(skip);
}

/** Searches with conditions. */
async function searchIndex(candidates: Candidates, leader: Condition, query: Search): Promise<Found[]> {
  const { sort, skip, limit } = query;
  const end = skip + limit;
  const { ranges } = candidates;
  const leading = ranges.find(({ condition }) => condition === leader);
  if (sort.length > 0) {
    const range = await readUntilOneEnds(ranges, MAX_READ + 1);
    if (!range) throw tooManyCandidates('the search sorts all matches');
    return (await candidates.best(end, [...range.ids], (found) => sorted(found, sort))).slice(skip);
  }
  const range = ranges.length > 1 ? await readUntilOneEnds(ranges, PROBE) : undefined;
  if (!range) return (await candidates.first(end, leading ? rangePages(leading, end) : [])).slice(skip);
  if (!leader.pattern.equality) {
    return (await candidates.best(end, [...range.ids], (found) => withIndexedValues(found, leader))).slice(skip);
  }
  // For an equality, the index lists subjects by id.
  const ids = [...range.ids].sort(compareText);
  return (await candidates.first(end, growingChunks(ids, end))).slice(skip);
}

/** Maximum entries to read per condition while looking for a condition with few matches. */
const PROBE = 1000;

/**
 * Reads ranges concurrently, in growing steps, until one of them ends.
 * @returns the range that ended with the fewest candidates; undefined when none ended within the limit
 */
async function readUntilOneEnds(ranges: readonly IndexRange[], limit: number): Promise<IndexRange | undefined> {
  for (let step = 100; ; step *= 3) {
    const left = limit - ranges.reduce((sum, { read }) => sum + read, 0);
    const share = Math.min(step, Math.floor(left / ranges.length));
    if (share < 1) return undefined;
    await Promise.all(ranges.map((range) => range.more(share)));
    const ended = ranges.filter((range) => range.ended).sort((a, b) => a.ids.size - b.ids.size);
    if (ended[0]) return ended[0];
  }
}

/** Skips the first ids of some pages. */
async function* skipIds(skip: number, pages: AsyncIterable<string[]>): AsyncGenerator<string[]> {
  let left = skip;
  for await (const page of pages) {
    yield page.slice(left);
    left -= Math.min(left, page.length);
  }
}
