import { fileURLToPath } from 'node:url';

/** Where the table stands. */
export const COSTS = fileURLToPath(new URL('../../docs/reference/costs.md', import.meta.url));

const TABLE = /(<!-- measured -->\n\n)[\s\S]*?(\n\n<!-- \/measured -->)/;

/** The document with another table in the place of its own. */
export const inserted = (document: string, table: string) =>
  document.replace(TABLE, (_, before, after) => before + table + after);

/** The rows of the table that a document has: what is done, and the cells behind it. */
export const rowsOf = (document: string) =>
  new Map(
    [...(TABLE.exec(document)?.[0] ?? '').matchAll(/^\| ([^|]+) \| (.*) \|$/gm)].map(([, name = '', cells = '']) => [
      name,
      cells.split('|').map((cell) => cell.trim()),
    ]),
  );
