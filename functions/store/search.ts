import { type Condition, withIndexedValues } from '../attributes/condition.ts';
import { type Found, isCreation, type Sort, sorted } from '../attributes/order.ts';
import { parsePattern } from '../attributes/pattern.ts';
import { StepBudget } from '../attributes/step-budget.ts';
import { compareText } from '../attributes/text.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Range, Searchable } from './attribute-index.ts';
import { Candidates, growing, listed, MOST_READ, tooManyCandidates } from './candidates.ts';
import { directory } from './directory.ts';

export interface Search {
  /** All of them must hold: the value at a path fits a pattern. */
  readonly conditions: readonly (readonly [path: string, pattern: string])[];
  /** By default, by creation when there are no conditions; else as the index lists what fits the leading one. */
  readonly sort: readonly Sort[];
  readonly skip: number;
  readonly limit: number;
}

/**
 * Finds users, groups or rooms by their attributes.
 * @throws ChatError 5018 when it would have to read too much
 */
export async function search(app: string, kind: Searchable['kind'], query: Search): Promise<Found[]> {
  if (query.skip + query.limit > MOST_READ) {
    throw new ChatError(ERROR.badQuery, `_skip and _limit may come to ${MOST_READ} together; search more narrowly`);
  }
  const budget = new StepBudget();
  const conditions = query.conditions.map(([path, pattern]) => ({ path, pattern: parsePattern(pattern, budget) }));
  const candidates = new Candidates(app, kind, conditions);
  // The order must follow from what is asked, never from what is stored: a second page has to continue the first.
  const leader = conditions.find(({ pattern }) => pattern.equality) ?? conditions[0];
  return leader ? byConditions(candidates, leader, query) : everybody(candidates, query);
}

async function everybody(candidates: Candidates, { sort, skip, limit }: Search): Promise<Found[]> {
  const { app, kind } = candidates;
  const [first, ...others] = sort;
  if (!first || (isCreation(first[0]) && others.length === 0)) {
    return candidates.first(limit, beyond(skip, directory(app, kind, first?.[1] ?? 'asc', skip + limit)));
  }
  const ids: string[] = [];
  for await (const page of directory(app, kind, 'asc', 1000)) {
    ids.push(...page);
    if (ids.length > MOST_READ) throw tooManyCandidates(`without a condition, all ${kind}s have to be sorted`);
  }
  return (await candidates.best(skip + limit, ids, (found) => sorted(found, sort))).slice(skip);
}

async function byConditions(candidates: Candidates, leader: Condition, query: Search): Promise<Found[]> {
  const { sort, skip, limit } = query;
  const most = skip + limit;
  const { ranges } = candidates;
  const leading = ranges.find(({ condition }) => condition === leader);
  if (sort.length > 0) {
    const range = await readUntilOneEnds(ranges, MOST_READ + 1);
    if (!range) throw tooManyCandidates('all that fits has to be sorted');
    return (await candidates.best(most, [...range.ids], (found) => sorted(found, sort))).slice(skip);
  }
  const range = ranges.length > 1 ? await readUntilOneEnds(ranges, PROBE) : undefined;
  if (!range) return (await candidates.first(most, leading ? listed(leading, most) : [])).slice(skip);
  if (!leader.pattern.equality) {
    return (await candidates.best(most, [...range.ids], (found) => withIndexedValues(found, leader))).slice(skip);
  }
  // The index lists what fits an equality by id.
  const ids = [...range.ids].sort(compareText);
  return (await candidates.first(most, growing(ids, most))).slice(skip);
}

/** How many entries to read in search of a condition that few fit, before all that the leading one lists is looked at. */
const PROBE = 1000;

/**
 * Reads ranges side by side, in growing steps, until one has been read to its end.
 * @returns that one, or the one of them with the fewest candidates; undefined when so many entries were not enough
 */
async function readUntilOneEnds(ranges: readonly Range[], most: number): Promise<Range | undefined> {
  for (let step = 100; ; step *= 3) {
    const left = most - ranges.reduce((sum, { read }) => sum + read, 0);
    const share = Math.min(step, Math.floor(left / ranges.length));
    if (share < 1) return undefined;
    await Promise.all(ranges.map((range) => range.more(share)));
    const ended = ranges.filter((range) => range.ended).sort((a, b) => a.ids.size - b.ids.size);
    if (ended[0]) return ended[0];
  }
}

/** Passes over so many ids. */
async function* beyond(skip: number, pages: AsyncIterable<string[]>): AsyncGenerator<string[]> {
  let left = skip;
  for await (const page of pages) {
    yield page.slice(left);
    left -= Math.min(left, page.length);
  }
}
