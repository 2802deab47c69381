/** Checks Macaw, as its templates make it, with stock Socket.IO clients in other languages, and with MaxIM's own of 2016. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomDelay, startCloud } from '../local/cloud.ts';
import { DEMO } from '../scripts/demo.ts';
import { synthesize } from '../scripts/synth.ts';
import type { Client } from './client.ts';
import { JAVA_CLIENTS } from './java.ts';
import { checkMaxIM } from './maxim.ts';
import { PYTHON_CLIENTS } from './python.ts';
import { Scene } from './scene.ts';
import { Tally } from './tally.ts';

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

/** While clients leave in a hurry, what they have sent is handled late. */
let hurried = false;
const late = randomDelay(150, 20_261_125, 'Message', 'Disconnect', 'Handshake');
const cloud = await startCloud({
  assembly,
  ...DEMO,
  ...(stay && { limits: { idleMs: IDLE_MS } }),
  invocationDelayMs: (functionId) => (hurried ? late(functionId) : 0),
});
const tally = new Tally();

/** What every client has to pass, in this order: one check builds on another. Answers whether it did. */
async function play({ eio, leaves }: Client, scene: Scene): Promise<boolean> {
  return (
    (await tally.check('installs and logs in', () => scene.enter())) &&
    (await tally.check('is told that its key is wrong', () => scene.intrude())) &&
    (await tally.check('says and hears, with every acknowledgement', () => scene.talk())) &&
    // With --stay it will be pinged by the schedule; Engine.IO 3 clients ping by themselves, after minutes.
    (stay || eio === 3 || (await tally.check('answers a heartbeat', () => scene.beat()))) &&
    (await tally.check('comes back when its connection dies', () => scene.revive())) &&
    (!leaves || (await leave(scene)))
  );
}

async function leave(scene: Scene): Promise<boolean> {
  hurried = true;
  try {
    return (
      (await tally.check('says something and leaves at once, and it is stored', () => scene.visit())) &&
      (await tally.check('leaves while acknowledgements are pending, and all is stored', () => scene.hurry()))
    );
  } finally {
    hurried = false;
  }
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
  console.log(`Everybody stays for ${STAY_MINUTES} minutes`);
  await pause(STAY_MINUTES * 60_000);
  for (const { client, scene } of scenes) {
    await tally.check(client.name, () => scene.stay());
    await scene.end();
  }
}

await cloud.stop();
console.log(`\n${tally}`);
process.exitCode = tally.failed > 0 ? 1 : 0;
