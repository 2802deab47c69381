import { afterEach, describe, expect, it } from 'vitest';
import { emitWithAck } from '../support/clients.ts';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, befriend, credentials, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';
import { watcher } from '../support/watcher.ts';

/** Long enough for a client to come back; the local cloud settles only after it. */
const GRACE_S = 8;

/** Longer than a function takes to start on a busy machine. */
const LATE_MS = 2000;

/** How late the next frames are handled, in the order in which they arrive. */
const delays: number[] = [];
const system = database(() => ({ patient: { presenceGraceSeconds: GRACE_S } }), {
  invocationDelayMs: (functionId) => (functionId.startsWith('Message') ? (delays.shift() ?? 0) : 0),
});

afterEach(() => system.cloud.throttle('dynamodb', 0));

const sessions = async (who: string) =>
  ((await rest(system.origin, 'GET', `/ctx/${who}`)).body as { sessions: number }).sessions;

const join = (client: string, more: object = {}) =>
  `40/chat,${JSON.stringify({ ...credentials({ client }), ...more })}`;

/** An Engine.IO 4 client that has joined no namespace. */
async function opened(): Promise<RawClient & { id: string }> {
  const raw = await RawClient.connect(system.origin, { EIO: '4', transport: 'websocket' });
  await raw.until((frame) => frame.startsWith('0'));
  return Object.assign(raw, { id: raw.connectionId });
}

async function friends(application: string = app.id): Promise<{ tom: string; jerry: string; received: string[] }> {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  const headers = { 'X-ML-AppId': application };
  await rest(system.origin, 'POST', `/ctx/${tom}/friends/${jerry}`, { headers });
  const { received } = await watcher('4.8.4', system.origin, { client: tom, app: application });
  return { tom, jerry, received };
}

const itemOf = async (connectionId: string) =>
  (await system.database.connections()).find(({ pk }) => pk === `connection#${connectionId}`);

describe('a join that is handled after its connection has closed', () => {
  it('registers no connection and sends no presence event', { tags: 'slow' }, async () => {
    const { jerry, received } = await friends();
    const raw = await opened();
    delays.push(LATE_MS);
    raw.send(join(jerry));
    await disconnect(system.cloud, raw);
    expect(await sessions(jerry)).toBe(0);
    expect(received).toEqual([]);
    const item = await itemOf(raw.id);
    expect(item).toMatchObject({ closed: expect.any(Number), expires: expect.any(Number) });
    expect(item).not.toHaveProperty('everybody');
    expect(item).not.toHaveProperty('shard');
    expect(Number(item?.expires)).toBeLessThanOrEqual(Date.now() / 1000 + 5 * 60 + 1);
  });

  it('registers nothing when the client has left the namespace before', { tags: 'slow' }, async () => {
    const jerry = someone('jerry');
    const raw = await opened();
    delays.push(LATE_MS);
    raw.send(join(jerry));
    raw.send('41/chat,');
    await raw.closed;
    await system.cloud.settled();
    expect(await sessions(jerry)).toBe(0);
  });
});

it('a connection that closes while its join is confirmed leaves `offline` as the last word', {
  tags: 'slow',
}, async () => {
  const { jerry, received } = await friends();
  const raw = await opened();
  // The confirmation is tried again after a pause, in which the connection closes and `offline` is announced.
  system.cloud.failPosts(raw.id, 429, 4);
  raw.send(join(jerry));
  await expect.poll(() => itemOf(raw.id), { timeout: 5000, interval: 5 }).toBeDefined();
  await disconnect(system.cloud, raw);
  expect(await sessions(jerry)).toBe(0);
  expect(received.at(-1)).not.toBe(`online ${jerry}`);
});

describe('a second join', () => {
  it('while the first is in progress is left unanswered', async () => {
    const tom = someone('tom');
    const raw = await opened();
    raw.send(join(tom));
    raw.send(join(tom));
    await raw.until((frame) => frame.includes('"login"'));
    await system.cloud.settled();
    expect(raw.frames.received.slice(1)).toEqual([
      `40/chat,{"sid":"${raw.id}"}`,
      `42/chat,["login",{"success":true,"id":"${tom}"}]`,
    ]);
    expect(await sessions(tom)).toBe(1);
    raw.close();
  });

  it('after the client has left the namespace finds the connection closed', async () => {
    const tom = someone('tom');
    const raw = await opened();
    raw.send(join(tom));
    await raw.until((frame) => frame.includes('"login"'));
    raw.send('41/chat,');
    raw.send(join(tom));
    await raw.closed;
    await system.cloud.settled();
    expect(await sessions(tom)).toBe(0);
  });
});

it('an event that comes before its own join is handled has its sender from the URL', { tags: 'slow' }, async () => {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const jerrys = await Device.login('4.8.4', system.origin, jerry);
  const auth = JSON.stringify(credentials({ client: tom }));
  delays.push(LATE_MS);
  const raw = await RawClient.connect(system.origin, { EIO: '3', transport: 'websocket', auth });
  await raw.until((frame) => frame === '40');
  raw.send(`42/chat,1${JSON.stringify(['say', text(jerry, 'early')])}`);
  expect(await raw.until((frame) => frame.startsWith('43/chat,1'))).toContain('"success":true');
  expect(await jerrys.messages.at()).toMatchObject({ content: { body: 'early' } });
  await raw.until((frame) => frame.includes('"login"'));
  raw.close();
});

describe('a login that fails for the moment', () => {
  it('because a table is throttled closes the connection at once; the client comes back and is logged in', {
    tags: 'slow',
  }, async () => {
    const tom = someone('tom');
    const raw = await opened();
    const before = Date.now();
    system.cloud.throttle('dynamodb', 1000);
    raw.send(join(tom));
    await raw.closed;
    // The SDK tries again for some seconds. A client that is told nothing would wait for minutes.
    expect(Date.now() - before).toBeLessThan(15_000);
    expect(raw.frames.received).toHaveLength(1);

    const mark = system.cloud.calls.mark();
    const device = new Device('4.8.4', system.origin, {
      options: { auth: credentials({ client: tom }), reconnectionDelay: 50 },
    });
    const attempts = () =>
      Object.entries(system.cloud.calls.summary(mark).invocations).find(([name]) => name.startsWith('Connect'))?.[1];
    await expect.poll(attempts, { timeout: 30_000 }).toBeGreaterThan(1);
    expect(device.logins.received).toEqual([]);
    system.cloud.throttle('dynamodb', 0);
    expect(await device.loggedIn()).toBe(tom);
  });
});

it.each(['URL', 'CONNECT payload'] as const)(
  'an event that meets a throttled table is refused with 5002, with credentials in the %s',
  { tags: 'slow' },
  async (way) => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const auth = credentials({ client: tom });
    const device = new Device(
      '4.8.4',
      system.origin,
      way === 'URL' ? { query: { auth: JSON.stringify(auth) } } : { options: { auth } },
    );
    await device.loggedIn();
    await system.cloud.settled();
    system.cloud.throttle('dynamodb', 1000);
    const [answer] = await emitWithAck(device.client, 'say', [text(jerry, 'lost', { ack: 9 })], 15_000);
    expect(answer).toMatchObject({ success: false, error: 5002, ack: 9 });
    system.cloud.throttle('dynamodb', 0);
    expect(await device.refusals.at()).toMatchObject({ error: 5002, ack: 9 });
    expect(await device.say(text(jerry, 'said'))).toMatchObject({ success: true });
  },
);

it('a join that cannot be confirmed closes the connection, and friends are told all the same', {
  tags: 'slow',
}, async () => {
  const { jerry, received } = await friends('patient');
  const raw = await opened();
  system.cloud.failPosts(raw.id, 429, 5);
  raw.send(join(jerry, { app: 'patient' }));
  await raw.closed;
  const again = await Device.login('4.8.4', system.origin, { client: jerry, app: 'patient' });
  await again.loggedIn();
  await expect.poll(() => received).toEqual([`online ${jerry}`]);
});
