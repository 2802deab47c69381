/** Checks Macaw's templates on the local cloud with stock Socket.IO clients in other languages and MaxIM's 2016 client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCloud } from '../local/cloud.ts';
import { DEMO } from '../scripts/demo.ts';
import { synthesize } from '../scripts/synth.ts';
import type { Client } from './client.ts';
import { JAVA_CLIENTS } from './java.ts';
import { checkMaxIM } from './maxim.ts';
import { PYTHON_CLIENTS } from './python.ts';
import { Scene } from './scene.ts';
import { Tally } from './tally.ts';

/**
 * Long enough for two heartbeats of either kind, and for clients to time out after a missed heartbeat.
 * A client that sends no heartbeats is idle and is disconnected.
 */
const STAY_MINUTES = 9;
const IDLE_MS = 5.5 * 60_000;

const { stay } = parseArgs({ options: { stay: { type: 'boolean', default: false } } }).values;

const assembly = mkdtempSync(join(tmpdir(), 'macaw-checks-'));
process.once('exit', () => rmSync(assembly, { recursive: true, force: true }));
await synthesize(assembly);
const cloud = await startCloud({ assembly, ...DEMO, ...(stay && { limits: { idleMs: IDLE_MS } }) });
const tally = new Tally();

/** Runs the checks of a client in order, because they depend on each other. Returns whether all passed. */
async function play({ eio }: Client, scene: Scene): Promise<boolean> {
  return (
    (await tally.check('installs and logs in', () => scene.enter())) &&
    (await tally.check('gets an error for a wrong key', () => scene.intrude())) &&
    (await tally.check('exchanges messages with acknowledgements', () => scene.talk())) &&
    // With --stay, the schedule pings the client. Engine.IO 3 clients ping by themselves after minutes.
    (stay || eio === 3 || (await tally.check('answers a heartbeat', () => scene.beat()))) &&
    (await tally.check('reconnects after a connection loss', () => scene.revive()))
  );
}

const scenes: { client: Client; scene: Scene }[] = [];
for (const client of [...PYTHON_CLIENTS, ...JAVA_CLIENTS]) {
  console.log(`${client.name} (Engine.IO ${client.eio})`);
  const scene = new Scene(cloud, client);
  if ((await play(client, scene)) && stay) scenes.push({ client, scene });
  else await scene.end();
}

await checkMaxIM(cloud, tally);

if (stay) {
  console.log(`All clients stay connected for ${STAY_MINUTES} minutes`);
  await pause(STAY_MINUTES * 60_000);
  for (const { client, scene } of scenes) {
    await tally.check(client.name, () => scene.stay());
    await scene.end();
  }
}

await cloud.stop();
console.log(`\n${tally}`);
process.exitCode = tally.failed > 0 ? 1 : 0;
