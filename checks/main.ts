/** Checks Macaw's templates on the local cloud with stock Socket.IO clients and MaxIM's 2016 client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pMap from 'p-map';
import { type Cloud, type CloudOptions, randomDelay, startCloud } from '../local/cloud.ts';
import { DEMO } from '../scripts/demo.ts';
import { synthesize } from '../scripts/synth.ts';
import { CheckReport } from './check-report.ts';
import { type Client, type Prepared, title } from './client.ts';
import { CLIENTS } from './clients.ts';
import { checkMaxIM, MAXIM } from './maxim.ts';
import { Results } from './results.ts';
import { CHECKS, LIFETIME_MS, startHeartbeat, stay as staying, VARIANTS, type Variant } from './variants.ts';

/** Shorter than the stay of clients, so that a client without heartbeats is disconnected. */
const IDLE_MS = 5.5 * 60_000;

/** Clients that run a check at the same time, each with two programs. */
const CONCURRENCY = 4;

const { stay, only } = parseArgs({
  options: {
    stay: { type: 'boolean', default: false },
    /** Parts of the names of the clients to check. */
    only: { type: 'string', multiple: true, default: [''] },
  },
}).values;
const wanted = (name: string) => only.some((part) => name.includes(part));

const assembly = mkdtempSync(join(tmpdir(), 'macaw-checks-'));
process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
await synthesize(assembly);

const report = new CheckReport();
const results = new Results([MAXIM, ...CLIENTS]);
const installed: { client: Client; prepared: Prepared }[] = [];

const supports = (client: Client, variant: Variant) => variant !== 'retries' || client.retries;

/** Runs part of the checks on a cloud of their own. */
async function onCloud(options: Partial<CloudOptions>, run: (cloud: Cloud) => Promise<void>): Promise<void> {
  const cloud = await startCloud({ assembly, allowedOrigins: ['*'], ...DEMO, ...options });
  try {
    await run(cloud);
  } finally {
    await cloud.stop();
  }
}

async function check(cloud: Cloud, variant: Variant, concurrency = CONCURRENCY): Promise<void> {
  console.log(variant);
  await pMap(
    installed.filter(({ client }) => supports(client, variant)),
    async ({ client, prepared: { version, command } }) => {
      const passed = await report.check(title(client), () => CHECKS[variant](cloud, client, command));
      results.set(client, version, variant, passed ? 'passed' : 'failed');
    },
    { concurrency },
  );
}

console.log('Installation');
for (const client of CLIENTS.filter((one) => wanted(title(one)))) {
  const install = async () => void installed.push({ client, prepared: await client.prepare() });
  if (await report.check(title(client), install)) continue;
  for (const variant of VARIANTS.filter((one) => supports(client, one))) results.set(client, '–', variant, 'skipped');
}

// Clients that leave at once show whether frames that are handled late are lost.
const late = randomDelay(150, 20_261_125, 'Message', 'Disconnect', 'Handshake', 'Polling');
await onCloud({ invocationDelayMs: late }, async (cloud) => {
  await check(cloud, 'WebSocket only');
  await check(cloud, 'default transports');
});

await onCloud({}, async (cloud) => {
  if (wanted(MAXIM.name)) {
    const { failed, skipped } = report;
    await checkMaxIM(cloud, report);
    const result = report.failed > failed ? 'failed' : report.skipped > skipped ? 'skipped' : 'passed';
    results.set(MAXIM, MAXIM.version, 'WebSocket only', result);
  }
  await check(cloud, 'retries');
  await check(cloud, 'proxy, 60 s');
  const stop = startHeartbeat(cloud);
  await check(cloud, 'proxy, 5 min');
  stop();
});

await onCloud({ limits: { lifetimeMs: LIFETIME_MS } }, (cloud) => check(cloud, 'short lifetimes', 2 * CONCURRENCY));

if (stay) {
  await onCloud({ limits: { idleMs: IDLE_MS } }, async (cloud) => {
    console.log('staying connected');
    await Promise.all(
      installed.map(({ client, prepared: { command } }) =>
        report.check(title(client), () => staying(cloud, client, command)),
      ),
    );
  });
}

results.write();
console.log(`\n${report}`);
process.exitCode = report.failed > 0 ? 1 : 0;
