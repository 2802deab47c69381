/** Checks Macaw, as its templates make it, with stock Socket.IO clients in other languages, and with MaxIM's own of 2016. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCloud } from '../local/cloud.ts';
import { DEMO } from '../scripts/demo.ts';
import { synthesize } from '../scripts/synth.ts';
import { CheckReport } from './check-report.ts';
import type { Client } from './client.ts';
import { ClientScenario } from './client-scenario.ts';
import { JAVA_CLIENTS } from './java.ts';
import { checkMaxIM } from './maxim.ts';
import { PYTHON_CLIENTS } from './python.ts';

/**
 * Long enough for two heartbeats of either kind, and for every client to give up that misses one.
 * A client that sends none itself is idle meanwhile, and cut off.
 */
const STAY_MINUTES = 9;
const IDLE_MS = 5.5 * 60_000;

const { stay } = parseArgs({ options: { stay: { type: 'boolean', default: false } } }).values;

const assembly = mkdtempSync(join(tmpdir(), 'macaw-checks-'));
process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
await synthesize(assembly);
const cloud = await startCloud({ assembly, ...DEMO, ...(stay && { limits: { idleMs: IDLE_MS } }) });
const report = new CheckReport();

/** What every client has to pass, in this order: one check builds on another. Answers whether it did. */
async function play({ eio }: Client, scenario: ClientScenario): Promise<boolean> {
  return (
    (await report.check('installs and logs in', () => scenario.logIn())) &&
    (await report.check('is told that its key is wrong', () => scenario.useWrongKey())) &&
    (await report.check('says and hears, with every acknowledgement', () => scenario.exchangeMessages())) &&
    // With --stay it will be pinged by the schedule; Engine.IO 3 clients ping by themselves, after minutes.
    (stay || eio === 3 || (await report.check('answers a heartbeat', () => scenario.answerHeartbeat()))) &&
    (await report.check('comes back when its connection dies', () => scenario.reconnect()))
  );
}

const scenarios: { client: Client; scenario: ClientScenario }[] = [];
for (const client of [...PYTHON_CLIENTS, ...JAVA_CLIENTS]) {
  console.log(`${client.name} (Engine.IO ${client.eio})`);
  const scenario = new ClientScenario(cloud, client);
  if ((await play(client, scenario)) && stay) scenarios.push({ client, scenario });
  else await scenario.end();
}

await checkMaxIM(cloud, report);

if (stay) {
  console.log(`Everybody stays for ${STAY_MINUTES} minutes`);
  await pause(STAY_MINUTES * 60_000);
  for (const { client, scenario } of scenarios) {
    await report.check(client.name, () => scenario.checkConnected());
    await scenario.end();
  }
}

await cloud.stop();
console.log(`\n${report}`);
process.exitCode = report.failed > 0 ? 1 : 0;
