// @module-tag slow

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSid } from '../../functions/shared/sid.ts';
import { blockingProxy } from '../support/blocking-proxy.ts';
import { CLIENT_VERSIONS, type ClientVersion, eioOf, SWIFT } from '../support/clients.ts';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { credentials, rest, someone } from '../support/macaw.ts';
import { PollingClient } from '../support/polling-client.ts';

// Clients that cannot open a WebSocket connection, of an application that allows them long-polling.

const APP = 'polling-full';
const LIMITED = 'polling-full-limited';
const settings = { mode: 'open', polling: 'full' };
const system = database(() => ({
  [APP]: settings,
  [LIMITED]: { ...settings, messagesPerMinute: 10, messagesPerMinuteOfConnection: 10 },
}));

const auth = (client: string, key?: string) => ({ ...credentials({ client }, key), app: APP });
const headers = { 'X-ML-AppId': APP };

const call = (method: string, path: string) => rest(system.origin, method, path, { headers });
const sessions = async (id: string) => Object((await call('GET', `/ctx/${id}`)).body).sessions;

/** After this time without an upgrade, clients go on with long-polling. */
const WAITED_MS = 5000;

let proxy: Awaited<ReturnType<typeof blockingProxy>>;
beforeAll(async () => {
  proxy = await blockingProxy(system.origin, WAITED_MS);
});
afterAll(() => proxy.stop());

function start(version: ClientVersion, way: 'URL' | 'CONNECT payload', login: object): Device {
  const options = { reconnection: false };
  return new Device(version, proxy.origin, {
    polling: true,
    ...(way === 'URL' ? { query: { auth: JSON.stringify(login) }, options } : { options: { ...options, auth: login } }),
  });
}

const VERSIONS: readonly ClientVersion[] = [...CLIENT_VERSIONS, SWIFT];

const cases = VERSIONS.flatMap((version) =>
  (['URL', 'CONNECT payload'] as const)
    .filter((way) => way === 'URL' || eioOf(version) === 4)
    .map((way) => [version, way] as const),
);

describe.each(cases)('socket.io-client %s with its credentials in the %s', (version, way) => {
  it('logs in, talks both ways, is acknowledged, and is offline after it closes', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await call('POST', `/ctx/${tom}/friends/${jerry}`);
    const jerrys = new Device('4.8.4', system.origin, { query: { auth: JSON.stringify(auth(jerry)) } });
    await jerrys.loggedIn();
    const offline = new Promise((resolve) => jerrys.client.once('offline', resolve));
    const toms = start(version, way, auth(tom));
    expect(await toms.logins.at()).toEqual({ success: true, id: tom });
    expect(await sessions(tom)).toBe(1);

    expect(await toms.say(text(jerry, '你好 👋', { ack: 7 }))).toMatchObject({ success: true, ack: 7 });
    expect(await toms.acks.at()).toMatchObject({ ack: 7 });
    expect(await jerrys.messages.at()).toMatchObject({ from: { id: tom }, content: { body: '你好 👋' } });
    for (const body of ['Grüße', '再见 👋']) await jerrys.say(text(tom, body));
    expect(await toms.messages.count(2)).toMatchObject([
      { content: { body: 'Grüße' } },
      { content: { body: '再见 👋' } },
    ]);

    toms.close();
    expect(await offline).toBe(tom);
    expect(await sessions(tom)).toBe(0);
  });

  it('gets an error for a wrong key, and is disconnected', async () => {
    const device = start(version, way, auth(someone(), 'wrong'));
    expect(await device.logins.at()).toMatchObject({ success: false, error: 5003 });
    expect(await device.disconnects.at()).toBe(version === SWIFT ? 'Got Disconnect' : 'io server disconnect');
  });
});

/** A raw client that is logged in by long-polling. */
async function loggedIn(id: string, eio: 3 | 4 = 4, of = APP): Promise<PollingClient> {
  const client = (await PollingClient.open(system.origin, eio, { auth: JSON.stringify({ ...auth(id), app: of }) })).age(
    WAITED_MS,
  );
  await client.post(eio === 4 ? '40/chat,' : '40/chat');
  const { packets } = await client.get();
  expect(packets).toEqual([expect.stringMatching(/^40\/chat/), expect.stringContaining('"login"')]);
  return client;
}

describe('a client without an upgrade', () => {
  it('cannot upgrade later', async () => {
    const client = await loggedIn(someone());
    for (const frame of ['2probe', '5']) await (await client.socket(frame)).closed;
    expect((await client.get()).status).toBe(200);
  });

  it('is gone when it asks for nothing for a minute, which the next message finds out', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await call('POST', `/ctx/${tom}/friends/${jerry}`);
    const [toms] = await Promise.all([loggedIn(tom)]);
    const jerrys = await loggedIn(jerry);
    const { connectionId } = readSid(toms.sid) ?? {};
    await system.database.changeConnection(`polling#${connectionId}`, { expires: Math.floor(Date.now() / 1000) });
    await jerrys.post(`42/chat,${JSON.stringify(['say', text(tom, 'are you there?')])}`);
    await system.cloud.settled();
    expect(await sessions(tom)).toBe(0);
    expect((await toms.get()).status).toBe(400);
  });

  /** Runs the schedule of heartbeats for minutes after now. */
  async function minutes(first: number, last: number): Promise<void> {
    for (let minute = first; minute <= last; minute++) {
      await system.cloud.invoke('Heartbeat', { time: new Date(Date.now() + minute * 60_000).toISOString() });
    }
  }

  it('answers pings of the server (Engine.IO 4)', async () => {
    const tom = someone();
    const client = await loggedIn(tom);
    await minutes(1, 4);
    expect((await client.get()).packets).toEqual(['2']);
    await client.post('3');
    await minutes(5, 8);
    expect(await sessions(tom)).toBe(1);
    await minutes(9, 12);
    expect(await sessions(tom)).toBe(0);
  });

  it('pings the server, and stays as long as it asks for packets (Engine.IO 3)', async () => {
    const tom = someone();
    const client = await loggedIn(tom, 3);
    await client.post('2');
    expect((await client.get()).packets).toEqual(['3']);
    await minutes(1, 5);
    expect(await sessions(tom)).toBe(1);
    await minutes(6, 15);
    expect(await sessions(tom)).toBe(0);
  });

  it('gets what was posted before the server closed its session', async () => {
    const client = (await PollingClient.open(system.origin, 4)).age(WAITED_MS);
    await client.post(`40/chat,${JSON.stringify(auth(someone(), 'wrong'))}`);
    const { packets } = await client.get();
    expect(packets.slice(1)).toEqual([expect.stringContaining('"success":false'), '41/chat,']);
    expect((await client.get()).packets).toEqual(['1']);
  });

  it('is closed when it sends far too much', async () => {
    const client = await loggedIn(someone(), 4, LIMITED);
    const event = `42/chat,${JSON.stringify(['say', text(someone(), 'spam')])}`;
    await client.post(...Array(40).fill(event));
    await system.cloud.settled();
    const answers = [await client.get(), await client.get()];
    expect(answers.flatMap(({ packets }) => packets)).toContain('1');
  });
});
