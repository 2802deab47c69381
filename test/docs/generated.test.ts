import { describe, expect, it } from 'vitest';
import { SERVER_EVENTS } from '../../functions/shared/server-events.ts';
import { currentReference, REFERENCE } from '../../scripts/docs/client-reference.ts';
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
  for (const { path, text } of await currentClientTypes()) expect(read(path)).toBe(text);
});

it('the reference of the client is that of its source (npm run docs:client)', () => {
  expect(read(REFERENCE)).toBe(currentReference());
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
