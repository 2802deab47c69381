import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { BENCHMARKS, SEARCH, tableOf } from '../../bench/document.ts';
import { type FilledCloud, startFilledCloud } from '../../bench/filled-cloud.ts';
import { measureLoad } from '../../bench/load/measure.ts';
import { table as loadTable } from '../../bench/load/table.ts';
import { measureSearches } from '../../bench/search/measure.ts';
import { SIZES, table as searchTable } from '../../bench/search/table.ts';

let filled: FilledCloud | undefined;
beforeAll(async () => {
  filled = await startFilledCloud(inject('assembly'));
}, 60_000);
afterAll(() => filled?.stop());

function started(): FilledCloud {
  if (!filled) throw new Error('The local cloud did not start');
  return filled;
}

/** The first columns of a table. */
const columns = (table: string, count: number) =>
  table.split('\n').map((row) =>
    row
      .split('|')
      .slice(1, count + 1)
      .map((cell) => cell.trim()),
  );

it('the documented read units of searches are those that the benchmark measures', async () => {
  const measured = searchTable(await measureSearches(started(), SIZES.slice(0, 1)));
  expect(columns(tableOf(readFileSync(SEARCH, 'utf8'), 'searches'), 2)).toEqual(columns(measured, 2));
}, 60_000);

it('the load benchmark measures messages on both servers', async () => {
  const { cloud, database } = started();
  const load = { pairs: 2, rooms: 1, members: 4, rounds: 1, seconds: 1, warmUpSeconds: 0.5 };
  const measured = await measureLoad(cloud, database, load);
  expect(measured).toHaveLength(4);
  for (const { messages, latencies } of measured) {
    expect(messages).toBeGreaterThan(0);
    expect(latencies.length).toBeGreaterThanOrEqual(messages);
  }
  const document = readFileSync(BENCHMARKS, 'utf8');
  expect(columns(loadTable(measured), 6)[0]).toEqual(columns(tableOf(document, 'load'), 6)[0]);
}, 60_000);
