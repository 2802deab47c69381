import { type Scalar, scalarsAt } from './scalars.ts';
import { compareText } from './text.ts';

/** A user, group or room that a search found. `ts` is the creation time in epoch ms. */
export interface Found {
  readonly id: string;
  readonly ts: number;
  /** The attributes that the search compares. */
  readonly attributes: Record<string, unknown>;
}

export type Sort = readonly [key: string, direction: 'asc' | 'desc'];

/** Whether a sort key means the creation time instead of an attribute. */
export function isCreation(key: string): boolean {
  return key === 'createdAt' || key === 'ts';
}

/** Sorts by several keys. A subject without a value for a key comes last in both directions. Ties are sorted by id. */
export function sorted(found: readonly Found[], sort: readonly Sort[]): Found[] {
  return found
    .map((item) => ({ item, values: sort.map(([key]) => sortValue(item, key)) }))
    .sort((a, b) => compareValues(a.values, b.values, sort) || compareText(a.item.id, b.item.id))
    .map(({ item }) => item);
}

function sortValue({ ts, attributes }: Found, key: string): Scalar | undefined {
  return isCreation(key) ? ts : scalarsAt(attributes, key)[0];
}

type Values = readonly (Scalar | undefined)[];

function compareValues(a: Values, b: Values, sort: readonly Sort[]): number {
  for (const [n, [, direction]] of sort.entries()) {
    const [left, right] = [a[n], b[n]];
    if (left === undefined && right === undefined) continue;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    const order = compareScalars(left, right);
    if (order !== 0) return direction === 'asc' ? order : -order;
  }
  return 0;
}

const RANK = { number: 0, string: 1, boolean: 2 } as const;
const rank = (value: Scalar) =>
  typeof value === 'number' ? RANK.number : typeof value === 'string' ? RANK.string : RANK.boolean;

/** Orders numbers before strings before booleans. Strings compare by code point, and false comes before true. */
function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return rank(a) - rank(b) || Number(a) - Number(b);
}
