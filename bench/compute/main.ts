import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';
import { inserted, PERFORMANCE } from '../document.ts';
import { liftRateLimits } from '../rate-limits.ts';
import { measureCalls, measurePosts } from './clients.ts';
import { measureImports } from './imports.ts';
import { measureLogins } from './logins.ts';
import { measureOperations } from './operations.ts';
import { bundleTable, clientTable, loginTable, operationTable } from './table.ts';

const assembly = mkdtempSync(join(tmpdir(), 'macaw-compute-'));
const bundles = join(assembly, 'bundles');
try {
  await synthesize(assembly);
  const posts = clientTable('post', await measurePosts({ rounds: 9, calls: 1500 }));
  const calls = clientTable('call', await measureCalls({ rounds: 9, calls: 1500 }));
  const imports = bundleTable(await measureImports(bundles, 5));
  const cloud = await startCloud({ assembly, ...DEMO });
  await liftRateLimits(cloud);
  const logins = loginTable(await measureLogins(cloud, 10));
  const operations = operationTable(await measureOperations(cloud, bundles, { rounds: 8, events: 100 }));
  await cloud.stop();
  let document = readFileSync(PERFORMANCE, 'utf8');
  for (const [name, table] of Object.entries({ posts, calls, operations, logins, bundles: imports })) {
    document = inserted(document, name, table);
    console.log(`${table}\n`);
  }
  writeFileSync(PERFORMANCE, document);
} finally {
  rmSync(assembly, { recursive: true, force: true });
}
