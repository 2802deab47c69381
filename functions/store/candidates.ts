import { type Condition, matches } from '../attributes/condition.ts';
import type { Found } from '../attributes/order.ts';
import { pick } from '../attributes/visible.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { IndexRange, type Searchable } from './attribute-index.ts';
import { attributesOf, type Described } from './attributes.ts';
import { lookup } from './dynamo.ts';

/** Maximum index entries that one search may read. Each may cause one read of a subject. */
export const MAX_READ = 10_000;

/** Number of subjects read at once, so that memory use stays bounded. */
const CHUNK = 1000;

/** Subjects that may match, from the index or the directory. Their attributes decide whether they match. */
export class Candidates {
  readonly app: string;
  readonly kind: Searchable['kind'];
  readonly ranges: readonly IndexRange[];
  readonly #conditions: readonly Condition[];
  readonly #names: readonly string[] | undefined;

  /** @param names the only attributes that the search compares and returns; undefined: all */
  constructor(app: string, kind: Searchable['kind'], conditions: readonly Condition[], names?: readonly string[]) {
    this.app = app;
    this.kind = kind;
    this.#names = names;
    this.ranges = conditions.map((condition) => new IndexRange(app, kind, condition));
    this.#conditions = conditions;
  }

  /** The first existing subjects that meet all conditions, in the order of `ids`. Stops after `limit` matches. */
  async first(limit: number, ids: AsyncIterable<string[]> | Iterable<string[]>): Promise<Found[]> {
    const found: Found[] = [];
    for await (const page of ids) {
      found.push(...(await this.#load(page)));
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  }

  /** The first subjects in a sort order, which requires reading all of them. */
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
        return head ? [{ id, ts: head.ts, attributes: this.#visible(head) }] : [];
      })
      .filter((found) => this.#conditions.every((condition) => matches(condition, found)));
  }

  #visible({ attributes }: Described): Described['attributes'] {
    return this.#names ? pick(attributes, this.#names) : attributes;
  }
}

/**
 * Reads the subjects of a range, page by page on demand.
 * @param first size of the first page; later pages grow
 */
export async function* rangePages(range: IndexRange, first: number): AsyncGenerator<string[]> {
  let given = 0;
  for (let size = first; ; size = Math.min(size * 2, CHUNK)) {
    yield* growingChunks([...range.ids].slice(given), size);
    given = range.ids.size;
    if (range.ended) return;
    if (range.read > MAX_READ)
      throw tooManyCandidates('most subjects that match one condition do not match the others');
    // One more entry than the maximum shows whether there are more.
    await range.more(Math.min(size, MAX_READ + 1 - range.read));
  }
}

/** Splits a list into growing chunks. Often the first chunk is enough; otherwise larger chunks need fewer reads. */
export function* growingChunks(list: readonly string[], first: number): Generator<string[]> {
  let size = first;
  for (let n = 0; n < list.length; n += size, size = Math.min(size * 2, CHUNK)) yield list.slice(n, n + size);
}

export function tooManyCandidates(why: string): ChatError {
  return new ChatError(
    ERROR.badQuery,
    `The search reads more than ${MAX_READ} values: ${why}. Use a narrower condition, or add a condition`,
  );
}
