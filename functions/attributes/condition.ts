import { indexValue, SEPARATOR } from './entries.ts';
import type { Found } from './order.ts';
import type { Pattern } from './pattern.ts';
import { scalarsAt } from './scalars.ts';
import { compareText } from './text.ts';

/** One `name=value` of a search. */
export interface Condition {
  readonly path: string;
  readonly pattern: Pattern;
}

/** Whether one of the values that an attribute has fits. */
export function matches({ path, pattern }: Condition, { attributes }: Found): boolean {
  return scalarsAt(attributes, path).some((value) => pattern.test(String(value)));
}

/** Sorts what was found for a condition as the index lists it: by the first value that fits, then by id. */
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
