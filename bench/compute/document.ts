import { fileURLToPath } from 'node:url';

/** The document with the tables. */
export const PERFORMANCE = fileURLToPath(new URL('../../docs/explanation/performance.md', import.meta.url));

const place = (name: string) => new RegExp(`(<!-- ${name} -->\n\n)([\\s\\S]*?)(\n\n<!-- /${name} -->)`);

/** Replaces the table with that name. */
export const inserted = (document: string, name: string, table: string) =>
  document.replace(place(name), (_, before, __, after) => before + table + after);

/** The header and the first column of the table with that name. */
export function shapeOf(document: string, name: string): string[] {
  const [header = '', , ...rows] = (place(name).exec(document)?.[2] ?? '').split('\n');
  return [header, ...rows.map((row) => row.split('|')[1]?.trim() ?? '')];
}
