import { indexValue, SEPARATOR } from './entries.ts';
import type { Found } from './order.ts';
import type { Pattern } from './pattern.ts';
import { scalarsAt } from './scalars.ts';
import { compareText } from './text.ts';

/** One `name=value` condition of a search. */
export interface Condition {
  readonly path: string;
  readonly pattern: Pattern;
}

/** Whether at least one value of the attribute matches the pattern. */
export function matches({ path, pattern }: Condition, { attributes }: Found): boolean {
  return scalarsAt(attributes, path).some((value) => pattern.test(String(value)));
}

/** Sorts results in the order of the index: by the first value that matches, then by id. */
export function withIndexedValues(found: readonly Found[], { path, pattern }: Condition): Found[] {
  const keyOf = ({ id, attributes }: Found) => {
    const fitting = scalarsAt(attributes, path).map(String).filter(pattern.test);
    return (fitting.map(indexValue).sort(compareText)[0] ?? '') + SEPARATOR + id;
  };
  return found
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ item }) => item);
}
