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
  /** All of them must hold: the value at a path fits a pattern. */
  readonly conditions: readonly (readonly [path: string, pattern: string])[];
  /** By default, by creation when there are no conditions; else as the index lists what fits the leading one. */
  readonly sort: readonly Sort[];
  readonly skip: number;
  readonly limit: number;
}

/*
 * How a search is planned. Each condition has a range of the index, which lists in its own order the subjects that may fit it.
 * Which subjects are read follows from the conditions and the sort; which of them fit, their attributes decide.
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
 * @throws ChatError 5018 when it would have to read too much
 */
export async function search(app: string, kind: Searchable['kind'], query: Search): Promise<Found[]> {
  if (query.skip + query.limit > MAX_READ) {
    throw new ChatError(ERROR.badQuery, `_skip and _limit may come to ${MAX_READ} together; search more narrowly`);
  }
  const budget = new StepBudget();
  const conditions = query.conditions.map(([path, pattern]) => ({ path, pattern: parsePattern(pattern, budget) }));
  const candidates = new Candidates(app, kind, conditions);
  const leader = conditions.find(({ pattern }) => pattern.equality) ?? conditions[0];
  return leader ? searchIndex(candidates, leader, query) : searchDirectory(candidates, query);
}

/** The plans without conditions. */
async function searchDirectory(candidates: Candidates, { sort, skip, limit }: Search): Promise<Found[]> {
  const { app, kind } = candidates;
  const [first, ...others] = sort;
  if (!first || (isCreation(first[0]) && others.length === 0)) {
    return candidates.first(limit, skipIds(skip, listDirectory(app, kind, first?.[1] ?? 'asc', skip + limit)));
  }
  const ids: string[] = [];
  for await (const page of listDirectory(app, kind, 'asc', 1000)) {
    ids.push(...page);
    if (ids.length > MAX_READ) throw tooManyCandidates(`without a condition, all ${kind}s have to be sorted`);
  }
  return (await candidates.best(skip + limit, ids, (found) => sorted(found, sort))).slice(skip);
}

/** The plans with conditions. */
async function searchIndex(candidates: Candidates, leader: Condition, query: Search): Promise<Found[]> {
  const { sort, skip, limit } = query;
  const end = skip + limit;
  const { ranges } = candidates;
  const leading = ranges.find(({ condition }) => condition === leader);
  if (sort.length > 0) {
    const range = await readUntilOneEnds(ranges, MAX_READ + 1);
    if (!range) throw tooManyCandidates('all that fits has to be sorted');
    return (await candidates.best(end, [...range.ids], (found) => sorted(found, sort))).slice(skip);
  }
  const range = ranges.length > 1 ? await readUntilOneEnds(ranges, PROBE) : undefined;
  if (!range) return (await candidates.first(end, leading ? rangePages(leading, end) : [])).slice(skip);
  if (!leader.pattern.equality) {
    return (await candidates.best(end, [...range.ids], (found) => withIndexedValues(found, leader))).slice(skip);
  }
  // The index lists what fits an equality by id.
  const ids = [...range.ids].sort(compareText);
  return (await candidates.first(end, growingChunks(ids, end))).slice(skip);
}

/** How many entries to read in search of a condition that few fit, before all that the leading one lists is looked at. */
const PROBE = 1000;

/**
 * Reads ranges side by side, in growing steps, until one has been read to its end.
 * @returns that one, or the one of them with the fewest candidates; undefined when so many entries were not enough
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

/** The pages without their first ids. */
async function* skipIds(skip: number, pages: AsyncIterable<string[]>): AsyncGenerator<string[]> {
  let left = skip;
  for await (const page of pages) {
    yield page.slice(left);
    left -= Math.min(left, page.length);
  }
}
