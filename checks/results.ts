import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inserted, tableOf } from '../bench/document.ts';
import { type Client, PLACES } from './client.ts';
import { VARIANTS, type Variant } from './variants.ts';

export const DOCUMENT = fileURLToPath(new URL('../docs/how-to/connect-clients.md', import.meta.url));
/** The name of the table. */
export const CLIENT_TABLE = 'clients';

export type Result = 'passed' | 'failed' | 'skipped' | 'not supported';

export const HEADER = ['client', 'version', 'Engine.IO', 'credentials in', ...VARIANTS, 'date'];

/** What a client is called in the table. */
export type Row = Pick<Client, 'name' | 'place' | 'eio'>;

/** The client in the table. */
export const keyOf = ({ name, place }: Row) => `${name}, ${PLACES[place]}`;

/** The results of a run, as a table. */
export class Results {
  readonly #rows: readonly Row[];
  readonly #results = new Map<string, { version: string; cells: Map<Variant, Result> }>();

  /** @param rows all clients, in the order of the table */
  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  set(row: Row, version: string, variant: Variant, result: Result): void {
    const found = this.#results.get(keyOf(row)) ?? { version, cells: new Map<Variant, Result>() };
    found.cells.set(variant, result);
    this.#results.set(keyOf(row), found);
  }

  /** Writes the rows of this run. Other rows of the table do not change. */
  write(): void {
    const document = readFileSync(DOCUMENT, 'utf8');
    const old = rowsOf(document);
    const date = new Date().toISOString().slice(0, 10);
    const lines = this.#rows.map((row) => {
      const { version, cells } = this.#results.get(keyOf(row)) ?? {};
      if (!cells) return old.get(keyOf(row)) ?? [row.name, '', String(row.eio), PLACES[row.place]];
      const results = VARIANTS.map((variant) => cells.get(variant) ?? 'not supported');
      return [row.name, version ?? '', String(row.eio), PLACES[row.place], ...results, date];
    });
    const [header, ...rest] = [HEADER, ...lines].map((cells) => `| ${cells.join(' | ')} |`);
    const table = [header, `|${'---|'.repeat(HEADER.length)}`, ...rest].join('\n');
    writeFileSync(DOCUMENT, inserted(document, CLIENT_TABLE, table));
  }
}

/** The cells of the table by client. */
export function rowsOf(document: string): Map<string, string[]> {
  const [, , ...lines] = tableOf(document, CLIENT_TABLE).split('\n');
  const rows = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return new Map(rows.map((cells) => [`${cells[0]}, ${cells[3]}`, cells]));
}
