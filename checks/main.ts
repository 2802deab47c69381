/** Checks Macaw's templates on the local cloud with stock Socket.IO clients in other languages and MaxIM's 2016 client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomDelay, startCloud } from '../local/cloud.ts';
import { DEMO } from '../scripts/demo.ts';
import { synthesize } from '../scripts/synth.ts';
import { CheckReport } from './check-report.ts';
import type { Client } from './client.ts';
import { ClientScenario } from './client-scenario.ts';
import { JAVA_CLIENTS } from './java.ts';
import { checkMaxIM } from './maxim.ts';
import { PYTHON_CLIENTS } from './python.ts';

/**
 * Long enough for two heartbeats of either kind, and for clients to time out after a missed heartbeat.
 * A client that sends no heartbeats is idle and is disconnected.
 */
const STAY_MINUTES = 9;
const IDLE_MS = 5.5 * 60_000;

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

/** While clients leave in a hurry, what they have sent is handled late. */
let hurried = false;
const late = randomDelay(150, 20_261_125, 'Message', 'Disconnect', 'Handshake', 'Polling');
const cloud = await startCloud({
  assembly,
  ...DEMO,
  ...(stay && { limits: { idleMs: IDLE_MS } }),
  invocationDelayMs: (functionId) => (hurried ? late(functionId) : 0),
});
const report = new CheckReport();

/** Runs the checks of a client in order, because they depend on each other. Returns whether all passed. */
async function play({ eio, leaves }: Client, scenario: ClientScenario): Promise<boolean> {
  return (
    (await report.check('installs and logs in', () => scenario.logIn())) &&
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

const scenarios: { client: Client; scenario: ClientScenario }[] = [];
for (const client of [...PYTHON_CLIENTS, ...JAVA_CLIENTS].filter(({ name }) => name.includes(only))) {
  console.log(`${client.name} (Engine.IO ${client.eio})`);
  const scenario = new ClientScenario(cloud, client);
  if ((await play(client, scenario)) && stay) scenarios.push({ client, scenario });
  else await scenario.end();
}

if ('MaxIM'.includes(only)) await checkMaxIM(cloud, report);

if (stay) {
  console.log(`All clients stay connected for ${STAY_MINUTES} minutes`);
  await pause(STAY_MINUTES * 60_000);
  for (const { client, scenario } of scenarios) {
    await report.check(client.name, () => scenario.checkConnected());
    await scenario.end();
  }
}

await cloud.stop();
console.log(`\n${report}`);
process.exitCode = report.failed > 0 ? 1 : 0;
