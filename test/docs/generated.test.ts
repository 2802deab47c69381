import { describe, expect, it, vi } from 'vitest';
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

it('the types of the client are those of the schemas (npm run docs:client)', async () => {
  // Modules of routes read variables when they load.
  for (const name of Object.values(ENV)) vi.stubEnv(name, 'none');
  vi.stubEnv(ENV.retentionDays, JSON.stringify(RETENTION_DAYS));
  for (const { path, text } of await currentClientTypes()) expect(read(path)).toBe(text);
  vi.unstubAllEnvs();
});

it.each(currentIndexes())('decisions are listed in $path (npm run docs:decisions)', ({ path, text }) => {
  expect(read(path)).toBe(text);
});

describe('a generated table', () => {
  it.each([
    ['docs/reference/costs.md', 'measured', 15],
    ['docs/explanation/fan-out.md', 'rooms', 5],
    ['docs/explanation/fan-out.md', 'pressure', 5],
  ])('is present: %s, %s', (file, marker, rows) => {
    const [, table = ''] = new RegExp(`<!-- ${marker} -->([\\s\\S]*?)<!-- /${marker} -->`).exec(read(file)) ?? [];
    // Two lines are the table header.
    expect(table.trim().split('\n').length).toBeGreaterThanOrEqual(rows + 2);
  });
});
