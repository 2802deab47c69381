import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';
import { COSTS, inserted } from '../calls/document.ts';
import { compare } from './measure.ts';
import { SIZES, table } from './table.ts';

const ROUNDS = 5;

const assembly = mkdtempSync(join(tmpdir(), 'macaw-bench-'));
try {
  await synthesize(assembly);
  const cloud = await startCloud({ assembly, ...DEMO });
  const compared = table(await compare(cloud, SIZES, ROUNDS));
  await cloud.stop();
  writeFileSync(COSTS, inserted(readFileSync(COSTS, 'utf8'), compared, 'conversations'));
  console.log(compared);
} finally {
  rmSync(assembly, { recursive: true, force: true });
}
