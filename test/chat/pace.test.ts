import { expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { credentials, rest, someone } from '../support/macaw.ts';

const system = database(() => ({
  connections: { messagesPerMinuteOfConnection: 40 },
  users: { messagesPerMinuteOfConnection: 1000, messagesPerMinute: 60 },
}));

async function friends(app = 'connections'): Promise<[string, string]> {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  const headers = { 'X-ML-AppId': app };
  const { status } = await rest(system.origin, 'POST', `/ctx/${tom}/friends/${jerry}`, { headers });
  expect(status).toBe(200);
  return [tom, jerry];
}

async function login(client: string, app = 'connections'): Promise<Device> {
  const auth = JSON.stringify({ ...credentials({ client }), app });
  const device = new Device('4.8.4', system.origin, { query: { auth } });
  await device.loggedIn();
  return device;
}

/** An instance counts messages in batches of five, so it may accept this many above the limit. */
const OVERSHOOT = 4;

/** Limits apply per clock minute, so a run that crosses the end of a minute is repeated. */
async function withinOneMinute<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const result = await act();
    if (Math.floor(Date.now() / 60_000) === minute) return result;
  }
}

/**
 * Sends messages until one is rejected, and returns the number of accepted ones. Sequential messages reuse the same
 * instance, so one instance handles all of them.
 */
async function sayUntilRefused(device: Device, to: string): Promise<number> {
  for (let taken = 0; taken < 300; taken++) {
    await system.cloud.settled();
    if (!((await device.say(text(to, `no ${taken}`))) as { success: boolean }).success) return taken;
  }
  throw new Error('Nothing was refused');
}

it('a connection above its message limit per minute is rejected; others are not affected', async () => {
  const { taken, toms, jerrys, tom } = await withinOneMinute(async () => {
    const [tom, jerry] = await friends();
    const [toms, jerrys] = await Promise.all([login(tom), login(jerry)]);
    return { taken: await sayUntilRefused(toms, jerry), toms, jerrys, tom };
  });
  expect(taken).toBeGreaterThanOrEqual(40);
  expect(taken).toBeLessThanOrEqual(40 + OVERSHOOT);
  expect(await jerrys.messages.count(taken)).toHaveLength(taken);
  expect(await toms.refusals.at()).toEqual({ error: 5008, message: expect.stringContaining('one minute') });
  expect(toms.client.connected).toBe(true);
  expect(await jerrys.say(text(tom, 'slowly'))).toMatchObject({ success: true });
});

it('a user says no more on several connections than a user may', async () => {
  const taken = await withinOneMinute(async () => {
    const [tom, jerry] = await friends('users');
    const devices = await Promise.all([login(tom, 'users'), login(tom, 'users')]);
    const [first = 0, second = 0] = [
      await sayUntilRefused(devices[0], jerry),
      await sayUntilRefused(devices[1], jerry),
    ];
    return { first, second };
  });
  expect(taken.first).toBeGreaterThanOrEqual(60);
  expect(taken.first).toBeLessThanOrEqual(60 + OVERSHOOT);
  expect(taken.second).toBeLessThanOrEqual(OVERSHOOT);
});

it('a connection that continues far above its limit is closed', async () => {
  const [tom, jerry] = await friends();
  const toms = await login(tom);
  for (let n = 0; n < 600; n++) toms.client.emit('say', text(jerry, `no ${n}`));
  await toms.disconnects.at(0, 60_000);
}, 90_000);
