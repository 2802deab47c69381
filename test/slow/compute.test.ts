import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { measureCalls, measurePosts } from '../../bench/compute/clients.ts';
import { measureImports } from '../../bench/compute/imports.ts';
import { measureLogins } from '../../bench/compute/logins.ts';
import { measureOperations } from '../../bench/compute/operations.ts';
import { bundleTable, clientTable, loginTable, operationTable } from '../../bench/compute/table.ts';
import { inserted, PERFORMANCE, shapeOf } from '../../bench/document.ts';
import { macaw } from '../support/macaw.ts';

const system = macaw();

it('a post takes at most about a third of the CPU time that the SDK client takes', async () => {
  const { sdk, own } = await measurePosts({ rounds: 5, calls: 800 });
  expect(own).toBeGreaterThan(0);
  // Between runs, the ratio differs by a tenth.
  expect(own / sdk).toBeLessThanOrEqual(1.1 / 3);
}, 120_000);

it('a call of DynamoDB takes at most two thirds of the CPU time that the document client of the SDK takes', async () => {
  const { sdk, own } = await measureCalls({ rounds: 5, calls: 500 });
  expect(own).toBeGreaterThan(0);
  // Between runs, the ratio differs by a tenth from 0.45.
  expect(own / sdk).toBeLessThanOrEqual(2 / 3);
}, 120_000);

it('the documentation has the tables that the benchmark measures', async () => {
  const bundles = join(inject('assembly'), 'bundles');
  const tables = {
    posts: clientTable('post', { sdk: 1, own: 1 }),
    calls: clientTable('call', { sdk: 1, own: 1 }),
    operations: operationTable(await measureOperations(system.cloud, bundles, { rounds: 1, events: 5 })),
    logins: loginTable(await measureLogins(system.cloud, 1)),
    bundles: bundleTable(await measureImports(bundles, 1)),
  };
  const document = readFileSync(PERFORMANCE, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    expect(table).not.toContain('NaN');
    expect(shapeOf(document, name), name).toEqual(shapeOf(inserted(document, name, table), name));
  }
}, 120_000);
