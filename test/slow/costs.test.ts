import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COSTS, inserted, rowsOf } from '../../bench/calls/document.ts';
import { measure } from '../../bench/calls/operations.ts';
import { table } from '../../bench/calls/table.ts';
import { macaw } from '../support/macaw.ts';

const system = macaw({ own: true });

/**
 * USD per million. One additional read is not a regression: it occurs when an instance reloads an expired application.
 */
const TOLERANCE = 0.15;

it('what the documentation says that things cost is what they cost', async () => {
  const document = readFileSync(COSTS, 'utf8');
  const documented = rowsOf(document);
  const measured = rowsOf(inserted(document, table(await measure(system.cloud))));
  expect([...measured.keys()]).toEqual([...documented.keys()]);
  expect(measured.size).toBeGreaterThan(15);
  for (const [name, [frames, invocations, , , dollars]] of measured) {
    const row = documented.get(name) ?? [];
    expect({ name, frames, invocations }).toEqual({ name, frames: row[0], invocations: row[1] });
    if (Number(dollars)) expect(Math.abs(Number(dollars) - Number(row[4])), name).toBeLessThan(TOLERANCE);
  }
}, 120_000);
