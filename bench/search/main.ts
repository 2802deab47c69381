import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../scripts/synth.ts';
import { inserted, SEARCH } from '../document.ts';
import { type FilledCloud, startFilledCloud } from '../filled-cloud.ts';
import { measureSearches } from './measure.ts';
import { SIZES, table } from './table.ts';

const assembly = mkdtempSync(join(tmpdir(), 'macaw-search-'));
let filled: FilledCloud | undefined;
try {
  await synthesize(assembly);
  filled = await startFilledCloud(assembly);
  const measured = table(await measureSearches(filled, SIZES));
  writeFileSync(SEARCH, inserted(readFileSync(SEARCH, 'utf8'), 'searches', measured));
  console.log(measured);
} finally {
  await filled?.stop();
  rmSync(assembly, { recursive: true, force: true });
}
