/** Checks Macaw's templates on the local cloud with stock Socket.IO clients and MaxIM's 2016 client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pMap from 'p-map';
import { type CloudOptions, randomDelay, startCloud } from '../local/cloud.ts';
import { DEMO } from '../scripts/demo.ts';
import { synthesize } from '../scripts/synth.ts';
import { CheckReport } from './check-report.ts';
import { type Client, type ClientOptions, type Prepared, title } from './client.ts';
import { ClientScenario } from './client-scenario.ts';
import { CLIENTS } from './clients.ts';
import { checkMaxIM, MAXIM } from './maxim.ts';
import { Results } from './results.ts';
import { LIFETIME_MS, PARALLEL, startHeartbeat, VARIANTS, type Variant } from './variants.ts';

/**
 * Long enough for two heartbeats of either kind, and for clients to time out after a missed heartbeat.
 * A client that sends no heartbeats is idle and is disconnected.
 */
const STAY_MINUTES = 9;
const IDLE_MS = 5.5 * 60_000;

/** Clients that run a check at the same time, each with two programs. */
const CONCURRENCY = 4;

const { stay, only } = parseArgs({
  options: {
    stay: { type: 'boolean', default: false },
    /** Part of the names of the clients to check. */
    only: { type: 'string', default: '' },
  },
}).values;

const assembly = mkdtempSync(join(tmpdir(), 'macaw-checks-'));
process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
await synthesize(assembly);
const start = (options: Partial<CloudOptions> = {}) =>
  startCloud({ assembly, allowedOrigins: ['*'], ...DEMO, ...options });

/** While clients leave in a hurry, what they have sent is handled late. */
let hurried = false;
const late = randomDelay(150, 20_261_125, 'Message', 'Disconnect', 'Handshake', 'Polling');
const cloud = await start({
  ...(stay && { limits: { idleMs: IDLE_MS } }),
  invocationDelayMs: (functionId) => (hurried ? late(functionId) : 0),
});
const report = new CheckReport();
const results = new Results([MAXIM, ...CLIENTS]);

/** Runs the checks of a client in order, because they depend on each other. Returns whether all passed. */
async function play({ eio, leaves }: Client, scenario: ClientScenario): Promise<boolean> {
  return (
    (await report.check('logs in', () => scenario.logIn())) &&
    (await report.check('gets an error for a wrong key', () => scenario.useWrongKey())) &&
    (await report.check('exchanges messages with acknowledgements', () => scenario.exchangeMessages())) &&
    // With --stay, the schedule pings the client. Engine.IO 3 clients ping by themselves after minutes.
    (stay || eio === 3 || (await report.check('answers a heartbeat', () => scenario.answerHeartbeat()))) &&
    (await report.check('reconnects after a connection loss', () => scenario.reconnect())) &&
    (!leaves || (await leave(scenario)))
  );
}

async function leave(scenario: ClientScenario): Promise<boolean> {
  hurried = true;
  try {
    return (
      (await report.check('says something and leaves at once, and it is stored', () => scenario.visit())) &&
      (await report.check('leaves while acknowledgements are pending, and all is stored', () => scenario.hurry()))
    );
  } finally {
    hurried = false;
  }
}

const supports = (client: Client, variant: Variant) => variant !== 'retries' || client.retries;

/** The clients that stay connected until the end. */
const staying: { client: Client; scenario: ClientScenario }[] = [];

async function checkTransports(client: Client, { version, command }: Prepared): Promise<void> {
  for (const [variant, options] of [
    ['WebSocket only', { transports: ['websocket'] }],
    ['default transports', {}],
  ] as const satisfies [Variant, ClientOptions][]) {
    console.log(`${title(client)}, ${variant}`);
    const scenario = new ClientScenario(cloud, client, command, options);
    const passed = await play(client, scenario);
    results.set(client, version, variant, passed ? 'passed' : 'failed');
    if (passed && stay) staying.push({ client, scenario });
    else await scenario.end();
  }
}

async function checkInParallel(variant: keyof typeof PARALLEL, where = cloud): Promise<void> {
  console.log(variant);
  const able = installed.filter(({ client }) => supports(client, variant));
  await pMap(
    able,
    async ({ client, prepared: { version, command } }) => {
      const run = async () => console.log(`  ${title(client)}: ${await PARALLEL[variant](where, client, command)}`);
      const passed = await report.check(title(client), run);
      results.set(client, version, variant, passed ? 'passed' : 'failed');
    },
    { concurrency: CONCURRENCY },
  );
}

console.log('Installation');
const installed: { client: Client; prepared: Prepared }[] = [];
for (const client of CLIENTS.filter((one) => title(one).includes(only))) {
  const install = async () => void installed.push({ client, prepared: await client.prepare() });
  if (await report.check(title(client), install)) continue;
  for (const variant of VARIANTS.filter((one) => supports(client, one))) results.set(client, '–', variant, 'skipped');
}

for (const { client, prepared } of installed) await checkTransports(client, prepared);
if (MAXIM.name.includes(only)) {
  const { failed, skipped } = report;
  await checkMaxIM(cloud, report);
  const result = report.failed > failed ? 'failed' : report.skipped > skipped ? 'skipped' : 'passed';
  results.set(MAXIM, MAXIM.version, 'WebSocket only', result);
}

await checkInParallel('retries');
await checkInParallel('proxy, 60 s');
const stopHeartbeat = startHeartbeat(cloud);
await checkInParallel('proxy, 5 min');
stopHeartbeat();

const hasty = await start({ limits: { lifetimeMs: LIFETIME_MS } });
await checkInParallel('short lifetimes', hasty);
await hasty.stop();

if (stay) {
  console.log(`All clients stay connected for ${STAY_MINUTES} minutes`);
  await pause(STAY_MINUTES * 60_000);
  for (const { client, scenario } of staying) {
    await report.check(title(client), () => scenario.checkConnected());
    await scenario.end();
  }
}

await cloud.stop();
results.write();
console.log(`\n${report}`);
process.exitCode = report.failed > 0 ? 1 : 0;
