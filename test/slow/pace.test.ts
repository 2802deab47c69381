import { expect, it } from 'vitest';
import { emitWithAck } from '../support/clients.ts';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { credentials, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

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
  const device = await open(client, app);
  if (!device) throw new Error(`The login of ${client} was rejected`);
  return device;
}

/** Logs in on a new connection. Undefined when the login is rejected. */
async function open(client: string, app: string): Promise<Device | undefined> {
  const auth = JSON.stringify({ ...credentials({ client }), app });
  const device = new Device('4.8.4', system.origin, { query: { auth } });
  const { success } = (await device.logins.at()) as { success: boolean };
  if (success) return device;
  device.close();
  return undefined;
}

/** Instances count frames in batches, so they may accept some above the limit. */
const atMost = (limit: number) => 1.2 * limit;

/** Frames that several instances may accept before their first write. */
const IN_FLIGHT = 20;

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
  expect(taken).toBeLessThanOrEqual(atMost(40));
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
  expect(taken.first + taken.second).toBeLessThanOrEqual(atMost(60));
});

it('a user says no more on connections that they close after a few messages', async () => {
  const taken = await withinOneMinute(async () => {
    const [tom, jerry] = await friends('users');
    let accepted = 0;
    for (let connection = 0; connection < 24; connection++) {
      const device = await open(tom, 'users');
      // At the limit, the login is rejected, too.
      if (!device) break;
      for (let n = 0; n < 4; n++) {
        const answer = (await device.say(text(jerry, `no ${n}`))) as { success: boolean };
        if (answer.success) accepted += 1;
      }
      device.close();
    }
    return accepted;
  });
  expect(taken).toBeGreaterThanOrEqual(40);
  expect(taken).toBeLessThanOrEqual(atMost(60));
});

it('events that do not exist count as messages do', async () => {
  const codes = await withinOneMinute(async () => {
    const [tom] = await friends();
    const toms = await login(tom);
    const shout = async () => Number(Object((await emitWithAck(toms.client, 'shout', ['hi']))[0]).error);
    const answers = await Promise.all(Array.from({ length: 60 }, shout));
    // All of them may have been in flight before the first write.
    for (let more = 0; more < IN_FLIGHT && !answers.includes(5008); more++) {
      await system.cloud.settled();
      answers.push(await shout());
    }
    return answers;
  });
  expect(codes.filter((code) => code === 5009).length).toBeLessThanOrEqual(atMost(40) + IN_FLIGHT);
  expect(codes).toContain(5008);
});

it.each(['3', '4'] as const)('pings above those of a client count, too (EIO=%s)', async (EIO) => {
  const pongs = await withinOneMinute(async () => {
    const [tom] = await friends();
    const auth = JSON.stringify({ ...credentials({ client: tom }), app: 'connections' });
    const client = await RawClient.connect(system.origin, { EIO, transport: 'websocket', auth });
    await client.until((frame) => frame.startsWith('0'));
    for (let n = 0; n < 80; n++) {
      client.send('2');
      await system.cloud.settled();
    }
    return client.frames.received.filter((frame) => frame === '3').length;
  });
  expect(pongs).toBeGreaterThanOrEqual(40);
  expect(pongs).toBeLessThanOrEqual(5 + atMost(40));
});

it('a connection without a login is closed after many events', async () => {
  const client = await RawClient.connect(system.origin, { EIO: '4', transport: 'websocket' });
  await client.until((frame) => frame.startsWith('0'));
  for (let n = 0; n < 400; n++) client.send('42/chat,["say",{}]');
  await client.closed;
}, 60_000);

it('a connection that continues far above its limit is closed', async () => {
  const [tom, jerry] = await friends();
  const toms = await login(tom);
  for (let n = 0; n < 600; n++) toms.client.emit('say', text(jerry, `no ${n}`));
  await toms.disconnects.at(0, 60_000);
}, 90_000);
