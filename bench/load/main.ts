import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../scripts/synth.ts';
import { BENCHMARKS, inserted } from '../document.ts';
import { startFilledCloud } from '../filled-cloud.ts';
import { measureLoad } from './measure.ts';
import { table } from './table.ts';

const rounds = Number(process.env.MACAW_LOAD_ROUNDS ?? 3);
const seconds = Number(process.env.MACAW_LOAD_SECONDS ?? 10);

const assembly = mkdtempSync(join(tmpdir(), 'macaw-load-'));
await synthesize(assembly);
const { cloud, database, stop } = await startFilledCloud(assembly);
try {
  const load = { pairs: 20, rooms: 4, members: 50, rounds, seconds, warmUpSeconds: 3 };
  const measured = table(await measureLoad(cloud, database, load));
  writeFileSync(BENCHMARKS, inserted(readFileSync(BENCHMARKS, 'utf8'), 'load', measured));
  console.log(measured);
} finally {
  await stop();
  rmSync(assembly, { recursive: true, force: true });
}
