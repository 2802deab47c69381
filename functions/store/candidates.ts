import { type Condition, matches } from '../attributes/condition.ts';
import type { Found } from '../attributes/order.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { IndexRange, type Searchable } from './attribute-index.ts';
import { attributesOf } from './attributes.ts';
import { lookup } from './dynamo.ts';

/** How many entries of an index one search may read; each may lead to reading one subject. */
export const MAX_READ = 10_000;

/** How many subjects are read at once, so that not all of them have to be in memory. */
const CHUNK = 1000;

/** Subjects that may fit some conditions, according to the index or the directory. Their attributes decide whether they do. */
export class Candidates {
  readonly app: string;
  readonly kind: Searchable['kind'];
  readonly ranges: readonly IndexRange[];
  readonly #conditions: readonly Condition[];

  constructor(app: string, kind: Searchable['kind'], conditions: readonly Condition[]) {
    this.app = app;
    this.kind = kind;
    this.ranges = conditions.map((condition) => new IndexRange(app, kind, condition));
    this.#conditions = conditions;
  }

  /** The first of them that exist and for whom all conditions hold, in the order of the ids; reads no further than that. */
  async first(limit: number, ids: AsyncIterable<string[]> | Iterable<string[]>): Promise<Found[]> {
    const found: Found[] = [];
    for await (const page of ids) {
      found.push(...(await this.#load(page)));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /** The first of them in the order of a sort, for which all have to be read. */
  async best(limit: number, ids: readonly string[], sort: (found: Found[]) => Found[]): Promise<Found[]> {
    let found: Found[] = [];
    for (const chunk of growingChunks(ids, CHUNK))
      found = sort([...found, ...(await this.#load(chunk))]).slice(0, limit);
    return found;
  }

  async #load(ids: readonly string[]): Promise<Found[]> {
    const heads = await lookup(ids.map((id) => attributesOf({ app: this.app, kind: this.kind, id })));
    return ids
      .flatMap((id, n) => {
        const head = heads[n];
        return head ? [{ id, ts: head.ts, attributes: head.attributes }] : [];
      })
      .filter((found) => this.#conditions.every((condition) => matches(condition, found)));
  }
}

/**
 * Whom a range lists, page by page, as far as they are asked for.
 * @param first how many are wanted at first; the pages grow from there
 */
export async function* rangePages(range: IndexRange, first: number): AsyncGenerator<string[]> {
  let given = 0;
  for (let size = first; ; size = Math.min(size * 2, CHUNK)) {
    yield* growingChunks([...range.ids].slice(given), size);
    given = range.ids.size;
    if (range.ended) return;
    if (range.read > MAX_READ)
      throw tooManyCandidates('too few of those that one condition fits fit the others as well');
    // One more than the most shows whether there are more.
    await range.more(Math.min(size, MAX_READ + 1 - range.read));
  }
}

/** A list in parts that grow: the first may be enough, and if it is not, there should not be very many. */
export function* growingChunks(list: readonly string[], first: number): Generator<string[]> {
  let size = first;
  for (let n = 0; n < list.length; n += size, size = Math.min(size * 2, CHUNK)) yield list.slice(n, n + size);
}

export function tooManyCandidates(why: string): ChatError {
  return new ChatError(
    ERROR.badQuery,
    `The search would have to read more than ${MAX_READ} values: ${why}. Make a condition narrower, or add one`,
  );
}
