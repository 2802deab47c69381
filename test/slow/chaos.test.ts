import pMap from 'p-map';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import type { Cloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';
import { operator } from '../operator/command.ts';
import {
  checkCounters,
  checkReads,
  checkRelations,
  checkStored,
  readHistories,
  unknownMessages,
} from '../support/chaos/checks.ts';
import { readyPushes } from '../support/chaos/pushes.ts';
import { insist } from '../support/chaos/user.ts';
import { Circle } from '../support/chaos/world.ts';
import { Database } from '../support/database.ts';
import { app } from '../support/demo-app.ts';
import { Receiver } from '../support/webhook-receiver.ts';

const SEEDS = Number(process.env.MACAW_CHAOS_SEEDS ?? 1);
const FIRST = Number(process.env.MACAW_CHAOS_SEED ?? 20_261_126);
const STEPS = Number(process.env.MACAW_CHAOS_STEPS ?? 160);

/** Circles of users who act at the same time. More of them use the waits of the others. */
const CIRCLES = 2;

const MASTER = { headers: { 'X-ML-MasterKey': app.masterKey } };

let system: Database;
let receiver: Receiver;
let messages = 0;
/** Functions that were killed, of all seeds: what they leave in the counters stays. */
let allKilled = 0;

beforeAll(async () => {
  const parameters = { ...DEMO.parameters, Webhooks: 'true' };
  system = await Database.start(inject('assembly'), { parameters, queueDelayMs: () => 0 });
  receiver = await Receiver.start();
  // Users type faster here than people do.
  const fast = { messagesPerMinute: 1_000_000, messagesPerMinuteOfConnection: 1_000_000, catchUpMessages: 1000 };
  await system.changeCore(({ pk, sk }) => pk === `app#${app.id}` && sk === 'app', fast);
  const hook = { url: receiver.url('/chaos'), events: ['message.sent'] };
  await insist(system.cloud.origin, 'POST', '/webhooks', hook, MASTER);
});

afterAll(async () => {
  await system.stop();
  receiver.stop();
});

async function run(seed: number): Promise<void> {
  const { cloud } = system;
  const { origin } = cloud;
  const phones = await readyPushes(cloud, CIRCLES);
  const circles = phones.installs.map((install) => new Circle(origin, install));
  const actors = circles.flatMap((circle) => circle.users.map((user) => ({ circle, user })));
  try {
    await Promise.all(circles.map((circle) => circle.begin()));
    const started = Date.now();
    cloud.disturb(seed);
    const each = Math.ceil(STEPS / actors.length);
    await Promise.all(actors.map(({ circle, user }, n) => circle.act(user, seed * 1000 + n, each)));
    await cloud.settled();
    const faults = cloud.calm();
    const sent = actors.flatMap(({ user }) => user.sent);
    messages += sent.length;
    console.log(
      `Seed ${seed}: ${each * actors.length} actions in ${Math.round((Date.now() - started) / 1000)} s; ${sent.length} messages, ${messages} of all seeds; ${JSON.stringify(faults)}`,
    );
    const killed = faults['runs killed'] ?? 0;
    allKilled += killed;

    await Promise.all(actors.map(({ user }) => user.repeat()));
    await pMap(actors, ({ user }) => user.connect(), { concurrency: 2 });
    // A post to a connection whose end was not reported finds it gone.
    const all = circles.flatMap(({ users, phone }) => [...users, phone]);
    for (const { id } of all) await insist(origin, 'POST', `/system/${id}`, { content: { body: 'hi' } });
    await cloud.settled();
    await redriveAll(cloud, faults['events expired'] ?? 0);

    const told = new Set(receiver.events('/chaos').map(({ data }) => data.id));
    for (const circle of circles) {
      const histories = await readHistories(origin, circle);
      checkStored(histories);
      const unknown = unknownMessages(histories, circle);
      expect(unknown.length, `delivered: ${unknown}`).toBeLessThanOrEqual(killed);
      if (unknown.length > 0) console.log(`Not delivered: ${unknown}`);
      await checkReads(origin, circle, histories);
      expect(phones.missing(circle, histories), 'messages that were not pushed').toBeLessThanOrEqual(killed);
      const stored = [...histories.values()].flat().map(({ id }) => id);
      expect(
        stored.filter((id) => !told.has(id)),
        'messages without a webhook event',
      ).toEqual([]);
      await vi.waitFor(() => checkRelations(origin, circle), { timeout: 20_000, interval: 200 });
      circle.users[1]?.cut();
      await vi.waitFor(() => checkRelations(origin, circle), { timeout: 20_000, interval: 200 });
    }
    await checkCounters(system, allKilled);
  } finally {
    cloud.calm();
    for (const { user } of actors) user.cut();
  }
}

/** Redrives everything that was given up, until nothing fails. */
async function redriveAll(cloud: Cloud, least: number): Promise<void> {
  const left = () => Object.values(cloud.failureQueues()).flat().length;
  expect(left(), 'records of what was given up').toBeGreaterThanOrEqual(least);
  const { run: operate } = operator(cloud);
  while (left() > 0) {
    expect(await operate(['failures', 'redrive', '--all'])).toMatchObject({ code: 0 });
    await cloud.settled();
  }
}

it.each(Array.from({ length: SEEDS }, (_, n) => FIRST + n))(
  'with the faults of seed %i, no message is lost or repeated, and all state converges',
  run,
  180_000 + STEPS * 1000,
);
