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
import { checkPresence } from '../support/chaos/presence.ts';
import { readyPushes } from '../support/chaos/pushes.ts';
import { checkStatistics } from '../support/chaos/statistics.ts';
import { Storms } from '../support/chaos/storms.ts';
import { insist } from '../support/chaos/user.ts';
import { Circle } from '../support/chaos/world.ts';
import { Database } from '../support/database.ts';
import { app } from '../support/demo-app.ts';
import { Dice } from '../support/dice.ts';
import { Receiver } from '../support/webhook-receiver.ts';

const SEEDS = Number(process.env.MACAW_CHAOS_SEEDS ?? 1);
const FIRST = Number(process.env.MACAW_CHAOS_SEED ?? 20_261_126);
const STEPS = Number(process.env.MACAW_CHAOS_STEPS ?? 160);
/** Messages of each step that sends some. */
const MESSAGES = Number(process.env.MACAW_CHAOS_MESSAGES ?? 1);

/** The local cloud keeps the log of about this many messages, from which the statistics are counted. */
const MOST_COUNTED = 3000;

/** How long users act at most in each seed. */
const MINUTES = Number(process.env.MACAW_CHAOS_MINUTES ?? Number.POSITIVE_INFINITY);

/** With several messages in each step, the share of messages that are sent during faults. */
const DISTURBED = 1 / 3;

/** The share of requests that the webhook refuses, and that wait in a queue. */
const REFUSED = 0.03;

/** Circles of users who act at the same time. More of them use the waits of the others. */
const CIRCLES = 2;

const MASTER = { headers: { 'X-ML-MasterKey': app.masterKey } };

let system: Database;
let receiver: Receiver;
/** The messages that the webhook accepted. */
const told = new Set<unknown>();
/** Which of its requests the webhook refuses. None are refused without faults. */
let refusals: Dice | undefined;
const started = Date.now();
/** Of all seeds. What killed functions leave in the counters stays. */
const total = { seeds: 0, messages: 0, faults: 0, killed: 0, expired: 0, seconds: 0 };
const counted = { system: 0, uploads: { asked: 0, permitted: 0 }, unanswered: 0 };

beforeAll(async () => {
  const parameters = { ...DEMO.parameters, Webhooks: 'true' };
  // Departures wait for the grace period. Retries of webhooks would wait for minutes.
  const queueDelayMs = (queue: string, delayMs: number) => (queue.includes('Departures') ? delayMs : 0);
  system = await Database.start(inject('assembly'), {
    parameters,
    queueDelayMs,
    // Notices explain unexpected answers of the local cloud.
    log: (entry) => entry.kind === 'notice' && console.log(entry.text),
    // Each environment compiles its code anew.
    ...(MESSAGES > 1 && { batchingMs: 300, concurrency: 5 }),
  });
  receiver = await Receiver.start();
  receiver.respond('/chaos', ({ body }) => {
    if (refusals?.chance(REFUSED)) return { status: 503 };
    for (const { data } of body.events) told.add(data.id);
    receiver.requests.length = 0;
    return { status: 204 };
  });
  // Users type faster here than people do.
  const fast = { messagesPerMinute: 1_000_000, messagesPerMinuteOfConnection: 1_000_000, catchUpMessages: 20 };
  const settings = { ...fast, presenceGraceSeconds: 1 };
  await system.changeCore(({ pk, sk }) => pk === `app#${app.id}` && sk === 'app', settings);
  const hook = { url: receiver.url('/chaos'), events: ['message.sent'] };
  await insist(system.cloud.origin, 'POST', '/webhooks', hook, MASTER);
});

afterAll(async () => {
  console.log(JSON.stringify({ total }));
  await system.stop();
  receiver.stop();
});

/** Runs one seed, and prints a line about it. */
async function run(seed: number): Promise<void> {
  const begun = Date.now();
  const sums: Sums = { messages: 0, faults: 0, killed: 0, expired: 0, kinds: {} };
  let failure: string | undefined;
  try {
    await disturbed(seed, sums);
  } catch (error) {
    failure = String(error).split('\n', 1)[0];
    throw error;
  } finally {
    const seconds = Math.round((Date.now() - begun) / 1000);
    total.seeds += 1;
    total.seconds += seconds;
    for (const name of ['messages', 'faults', 'killed', 'expired'] as const) total[name] += sums[name];
    console.log(JSON.stringify({ seed, seconds, ...sums, failure }));
  }
}

/** What happened in one seed. `kinds` are its faults by kind. */
type Sums = Record<'messages' | 'faults' | 'killed' | 'expired', number> & { kinds: Readonly<Record<string, number>> };

async function disturbed(seed: number, sums: Sums): Promise<void> {
  const { cloud } = system;
  const { origin } = cloud;
  const phones = await readyPushes(cloud, CIRCLES);
  const circles = phones.installs.map((install) => new Circle(origin, install));
  const actors = circles.flatMap((circle) => circle.users.map((user) => ({ circle, user })));
  const users = actors.map(({ user }) => user);
  const sent = () => users.reduce((sum, user) => sum + user.sent.length, 0);
  const storms = new Storms(cloud, seed, MESSAGES > 1 ? DISTURBED : 1, sent);
  let progress: NodeJS.Timeout | undefined;
  try {
    await Promise.all(circles.map((circle) => circle.begin()));
    storms.begin();
    progress = setInterval(() => console.log(JSON.stringify({ seed, messages: sent() })), 60_000);
    refusals = new Dice(seed);
    const until = Date.now() + MINUTES * 60_000;
    const each = Math.ceil(STEPS / actors.length);
    await Promise.all(
      actors.map(({ circle, user }, n) =>
        circle.act(user, seed * 1000 + n, { actions: each, messages: MESSAGES, until }),
      ),
    );
    clearInterval(progress);
    await cloud.settled();
    const faults = storms.end();
    refusals = undefined;
    sums.messages = sent();
    sums.faults = Object.values(faults).reduce((all, times) => all + times, 0);
    sums.killed = faults['runs killed'] ?? 0;
    sums.expired = faults['events expired'] ?? 0;
    sums.kinds = faults;
    const { killed } = sums;
    counted.unanswered += faults['sns lost'] ?? 0;
    for (const { attachments } of circles) {
      counted.uploads.asked += attachments.asked;
      counted.uploads.permitted += attachments.permitted;
    }

    await Promise.all(users.map((user) => user.repeat()));
    await leaveAll(cloud, circles);
    await redriveAll(cloud, sums.expired);
    await pMap(users, (user) => user.connect(), { concurrency: 2 });
    await cloud.settled();

    for (const circle of circles) {
      const histories = await readHistories(origin, circle);
      checkStored(histories);
      await circle.attachments.check();
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
      await checkPresence(circle, users);
      circle.users[1]?.cut();
      await vi.waitFor(() => checkRelations(origin, circle), { timeout: 20_000, interval: 200 });
    }
    const allKilled = total.killed + killed;
    const messages = await checkCounters(system, allKilled);
    if (total.messages + sums.messages <= MOST_COUNTED)
      await checkStatistics(cloud, started, { ...counted, messages, killed: allKilled });
  } finally {
    clearInterval(progress);
    storms.end();
    refusals = undefined;
    for (const user of users) user.cut();
  }
}

/** Everybody leaves. A post to a connection whose end was not reported finds it gone. */
async function leaveAll(cloud: Cloud, circles: readonly Circle[]): Promise<void> {
  const all = circles.flatMap(({ users, phone }) => [...users, phone]);
  for (const user of all) user.cut();
  await vi.waitFor(() => expect(cloud.connections()).toEqual([]), { timeout: 20_000 });
  for (const { id } of all) await insist(cloud.origin, 'POST', `/system/${id}`, { content: { body: 'hi' } });
  counted.system += all.length;
  await cloud.settled();
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
  180_000 + STEPS * (1000 + 200 * MESSAGES),
);
