import { describe, expect, it, vi } from 'vitest';
import { tableOf } from '../../bench/document.ts';
import { CLIENTS } from '../../checks/clients.ts';
import { MAXIM } from '../../checks/maxim.ts';
import { CLIENT_TABLE, HEADER, keyOf, rowsOf } from '../../checks/results.ts';
import { VARIANTS } from '../../checks/variants.ts';
import { ENV, RETENTION_DAYS } from '../../functions/shared/constants.ts';
import { SERVER_EVENTS } from '../../functions/shared/server-events.ts';
import { currentClientTypes } from '../../scripts/docs/client-type-files.ts';
import { currentIndexes } from '../../scripts/docs/decisions-index.ts';
import { currentProtocol, PROTOCOL } from '../../scripts/docs/protocol-section.ts';
import { read } from './markdown.ts';

it('frames and events in the protocol are those of the schemas (npm run docs:protocol)', () => {
  const document = read(PROTOCOL);
  expect(document).toBe(currentProtocol());
  for (const name of Object.keys(SERVER_EVENTS)) expect(document).toContain(`event \`${name}\``);
});

it('the types of the client are those of the schemas (npm run docs:client)', { tags: 'slow' }, async () => {
  // Modules of routes read variables when they load.
  for (const name of Object.values(ENV)) vi.stubEnv(name, 'none');
  vi.stubEnv(ENV.retentionDays, JSON.stringify(RETENTION_DAYS));
  for (const { path, text } of await currentClientTypes()) expect(read(path)).toBe(text);
  vi.unstubAllEnvs();
});

it.each(currentIndexes())('decisions are listed in $path (npm run docs:decisions)', ({ path, text }) => {
  expect(read(path)).toBe(text);
});

it('the table of checked clients has all clients and variants, and no failure (npm run check:clients)', () => {
  const document = read('docs/how-to/connect-clients.md');
  expect(tableOf(document, CLIENT_TABLE).split('\n')[0]).toBe(`| ${HEADER.join(' | ')} |`);
  const rows = rowsOf(document);
  expect([...rows.keys()]).toEqual([MAXIM, ...CLIENTS].map(keyOf));
  for (const cells of rows.values()) {
    expect(cells).toHaveLength(HEADER.length);
    expect(cells.at(-1)).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const result of cells.slice(-1 - VARIANTS.length, -1))
      expect(result).toMatch(/^(passed|skipped|not supported)$/);
  }
});

describe('a generated table', () => {
  it.each([
    ['docs/reference/costs.md', 'measured', 15],
    ['docs/explanation/fan-out.md', 'rooms', 5],
    ['docs/explanation/fan-out.md', 'pressure', 5],
    ['docs/explanation/performance.md', 'posts', 2],
    ['docs/explanation/performance.md', 'operations', 3],
    ['docs/explanation/performance.md', 'bundles', 19],
  ])('is present: %s, %s', (file, marker, rows) => {
    const [, table = ''] = new RegExp(`<!-- ${marker} -->([\\s\\S]*?)<!-- /${marker} -->`).exec(read(file)) ?? [];
    // Two lines are the table header.
    expect(table.trim().split('\n').length).toBeGreaterThanOrEqual(rows + 2);
  });
});
