import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';
import { COSTS, inserted } from './document.ts';
import { measure } from './operations.ts';
import { table } from './table.ts';

const assembly = mkdtempSync(join(tmpdir(), 'macaw-bench-'));
try {
  await synthesize(assembly);
  const cloud = await startCloud({ assembly, ...DEMO });
  const costs = table(await measure(cloud));
  await cloud.stop();
  writeFileSync(COSTS, inserted(readFileSync(COSTS, 'utf8'), costs));
  console.log(costs);
} finally {
  rmSync(assembly, { recursive: true, force: true });
}
