import { fileURLToPath } from 'node:url';

/** The position of the table. */
export const COSTS = fileURLToPath(new URL('../../docs/reference/costs.md', import.meta.url));

const TABLE = /(<!-- measured -->\n\n)[\s\S]*?(\n\n<!-- \/measured -->)/;

/** Replaces the table of the document. */
export const inserted = (document: string, table: string) =>
  document.replace(TABLE, (_, before, after) => before + table + after);

/** The rows of the document's table: the operation and the other cells. */
export const rowsOf = (document: string) =>
  new Map(
    [...(TABLE.exec(document)?.[0] ?? '').matchAll(/^\| ([^|]+) \| (.*) \|$/gm)].map(([, name = '', cells = '']) => [
      name,
      cells.split('|').map((cell) => cell.trim()),
    ]),
  );
