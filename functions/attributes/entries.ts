import type { Pattern } from './pattern.ts';
import { scalars } from './scalars.ts';
import { fold } from './text.ts';

/** One value of one attribute, in the form that the index stores. */
export interface Entry {
  readonly path: string;
  readonly value: string;
}

/** Maximum bytes of an indexed value. Longer values are truncated, so a search compares the full attributes. */
const VALUE_BYTES = 256;

/** Separates the value from the id in an index key. Values must not contain it. */
export const SEPARATOR = '\0';
const REPLACEMENT = '\uFFFD';

/** Converts a value to its indexed form: case-folded text, truncated to fit into a key. */
export function indexValue(value: string): string {
  const bytes = Buffer.from(fold(value).replaceAll(SEPARATOR, REPLACEMENT));
  if (bytes.length <= VALUE_BYTES) return bytes.toString();
  let end = VALUE_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}

/** Whether the indexed value proves that the full value does not match. A truncated or altered value proves nothing. */
export function excludes(pattern: Pattern, indexed: string): boolean {
  if (pattern.equality || indexed.includes(REPLACEMENT) || Buffer.byteLength(indexed) > VALUE_BYTES - 4) return false;
  return !pattern.test(indexed);
}

/** The distinct index entries of attributes. */
export function entriesOf(attributes: Record<string, unknown>): Entry[] {
  const entries = [...scalars(attributes)].map(([path, value]) => ({ path, value: indexValue(String(value)) }));
  return [...new Map(entries.map((entry) => [entry.path + SEPARATOR + entry.value, entry])).values()];
}
