import { fileURLToPath } from 'node:url';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The documents with tables. */
export const PERFORMANCE = path('../docs/explanation/performance.md');
export const SEARCH = path('../docs/reference/search.md');
export const BENCHMARKS = path('./README.md');

const place = (name: string) => new RegExp(`(<!-- ${name} -->\n\n)([\\s\\S]*?)(\n\n<!-- /${name} -->)`);

/** The table with that name. */
export const tableOf = (document: string, name: string): string => place(name).exec(document)?.[2] ?? '';

/** Replaces the table with that name. */
export const inserted = (document: string, name: string, table: string) =>
  document.replace(place(name), (_, before, __, after) => before + table + after);

/** The header and the first column of the table with that name. */
export function shapeOf(document: string, name: string): string[] {
  const [header = '', , ...rows] = tableOf(document, name).split('\n');
  return [header, ...rows.map((row) => row.split('|')[1]?.trim() ?? '')];
}
