import pMap from 'p-map';
import { expect, inject, it, vi } from 'vitest';
import { DEMO } from '../../scripts/demo.ts';
import { operator } from '../operator/command.ts';
import {
  checkCounters,
  checkKnown,
  checkReads,
  checkRelations,
  checkStored,
  readHistories,
} from '../support/chaos/checks.ts';
import { readyPushes } from '../support/chaos/pushes.ts';
import { insist } from '../support/chaos/user.ts';
import { Circle } from '../support/chaos/world.ts';
import { Database } from '../support/database.ts';
import { app } from '../support/demo-app.ts';
import { Receiver } from '../support/webhook-receiver.ts';

const SEEDS = Number(process.env.MACAW_CHAOS_SEEDS ?? 1);
const FIRST = Number(process.env.MACAW_CHAOS_SEED ?? 20_261_126);
const STEPS = Number(process.env.MACAW_CHAOS_STEPS ?? 400);

/** Circles of users who act at the same time. More of them use the waits of the others. */
const CIRCLES = 2;

const MASTER = { headers: { 'X-ML-MasterKey': app.masterKey } };

async function run(seed: number): Promise<void> {
  const system = await Database.start(inject('assembly'), {
    chaos: seed,
    parameters: { ...DEMO.parameters, Webhooks: 'true' },
    queueDelayMs: () => 0,
  });
  const receiver = await Receiver.start();
  const { cloud } = system;
  const { origin } = cloud;
  const circles: Circle[] = [];
  try {
    // Users type faster here than people do.
    const fast = { messagesPerMinute: 1_000_000, messagesPerMinuteOfConnection: 1_000_000, catchUpMessages: 1000 };
    await system.changeCore(({ pk, sk }) => pk === `app#${app.id}` && sk === 'app', fast);
    const phones = await readyPushes(cloud, CIRCLES);
    const hook = { url: receiver.url('/chaos'), events: ['message.sent'] };
    await insist(origin, 'POST', '/webhooks', hook, MASTER);
    circles.push(...phones.installs.map((install) => new Circle(origin, install)));
    for (const circle of circles) await circle.begin();

    const started = Date.now();
    const actors = circles.flatMap((circle) => circle.users.map((user) => ({ circle, user })));
    const each = Math.ceil(STEPS / actors.length);
    await Promise.all(actors.map(({ circle, user }, n) => circle.act(user, seed * 1000 + n, each)));
    const seconds = (Date.now() - started) / 1000;
    await cloud.settled();
    const faults = cloud.calm();
    const sent = actors.flatMap(({ user }) => user.sent);
    const acknowledged = sent.filter(({ id }) => id !== undefined).length;
    console.log(
      `Seed ${seed}: ${each * actors.length} actions in ${seconds.toFixed(0)} s, ${sent.length} messages, ${acknowledged} acknowledged at once. ${JSON.stringify(faults)}`,
    );

    await Promise.all(actors.map(({ user }) => user.repeat()));
    await pMap(actors, ({ user }) => user.connect(), { concurrency: 2 });
    // A post to a connection whose end was not reported finds it gone.
    const all = circles.flatMap(({ users, phone }) => [...users, phone]);
    for (const { id } of all) await insist(origin, 'POST', `/system/${id}`, { content: { body: 'hi' } });
    await cloud.settled();

    const given = Object.values(cloud.failureQueues()).flat().length;
    expect(given, 'the failure queue has everything that was given up').toBeGreaterThanOrEqual(
      faults['events expired'] ?? 0,
    );
    const { run: operate } = operator({ origin });
    expect(await operate(['failures', 'redrive', '--all'])).toMatchObject({ code: 0 });
    await cloud.settled();
    expect(Object.values(cloud.failureQueues()).flat(), 'redriving heals').toEqual([]);

    for (const circle of circles) {
      const histories = await readHistories(origin, circle);
      checkStored(histories);
      checkKnown(histories, circle);
      await checkReads(origin, circle, histories);
      await vi.waitFor(() => checkRelations(origin, circle), { timeout: 20_000, interval: 500 });
      const [ann, bob] = circle.users;
      expect(phones.missing(circle, histories), 'messages that were not pushed').toBeLessThanOrEqual(
        faults['runs killed'] ?? 0,
      );
      bob?.cut();
      await vi.waitFor(() => checkRelations(origin, circle), { timeout: 20_000, interval: 500 });
      ann?.cut();
      const stored = [...histories.values()].flat().map(({ id }) => id);
      const told = new Set(receiver.events('/chaos').map(({ data }) => data.id));
      expect(
        stored.filter((id) => !told.has(id)),
        'messages without a webhook event',
      ).toEqual([]);
    }
    await checkCounters(system);
  } finally {
    for (const { users } of circles) for (const user of users) user.cut();
    await system.stop();
    receiver.stop();
  }
}

it.each(Array.from({ length: SEEDS }, (_, n) => FIRST + n))(
  'with the faults of seed %i, no message is lost or repeated, and all state converges',
  run,
  180_000 + STEPS * 1000,
);
