import type { Pattern } from './pattern.ts';
import { scalars } from './scalars.ts';
import { fold } from './text.ts';

/** One value of one attribute, as the index holds it. */
export interface Entry {
  readonly path: string;
  readonly value: string;
}

/** Bytes of a value in the index. Few values are longer; those that agree so far are told apart by reading them. */
const VALUE_BYTES = 256;

/** Stands between value and id in the index, so it cannot stand in the value. */
export const SEPARATOR = '\0';
const REPLACEMENT = '\uFFFD';

/** How the index spells a value: as text, in one case, cut to a length that a key can have. */
export function indexValue(value: string): string {
  const bytes = Buffer.from(fold(value).replaceAll(SEPARATOR, REPLACEMENT));
  if (bytes.length <= VALUE_BYTES) return bytes.toString();
  let end = VALUE_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}

/** Whether the index alone rules out that a value fits: what it has cut or replaced is known by reading it only. */
export function excludes(pattern: Pattern, indexed: string): boolean {
  if (pattern.equality || indexed.includes(REPLACEMENT) || Buffer.byteLength(indexed) > VALUE_BYTES - 4) return false;
  return !pattern.test(indexed);
}

/** What the index holds of attributes, each entry once. */
export function entriesOf(attributes: Record<string, unknown>): Entry[] {
  const entries = [...scalars(attributes)].map(([path, value]) => ({ path, value: indexValue(String(value)) }));
  return [...new Map(entries.map((entry) => [entry.path + SEPARATOR + entry.value, entry])).values()];
}
