import { fileURLToPath } from 'node:url';

/** The position of the tables. */
export const COSTS = fileURLToPath(new URL('../../docs/reference/costs.md', import.meta.url));

/** The comments around a table. */
type Name = 'measured' | 'conversations';

const tableOf = (name: Name) => new RegExp(`(<!-- ${name} -->\\n\\n)[\\s\\S]*?(\\n\\n<!-- /${name} -->)`);

/** Replaces a table of the document. */
export const inserted = (document: string, table: string, name: Name = 'measured') =>
  document.replace(tableOf(name), (_, before, after) => before + table + after);

/** The rows of a table of the document: the operation and the other cells. */
export const rowsOf = (document: string, name: Name = 'measured') =>
  new Map(
    [...(tableOf(name).exec(document)?.[0] ?? '').matchAll(/^\| ([^|]+) \| (.*) \|$/gm)].map(
      ([, row = '', cells = '']) => [row, cells.split('|').map((cell) => cell.trim())],
    ),
  );
