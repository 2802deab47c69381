import { describe, expect, it } from 'vitest';
import { newSid } from '../../functions/shared/sid.ts';
import { randomDelay } from '../../local/cloud.ts';
import { blockingProxy } from '../support/blocking-proxy.ts';
import { CLIENT_VERSIONS, type ClientVersion, eioOf, SWIFT, transportOf } from '../support/clients.ts';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, rest, someone } from '../support/macaw.ts';
import { PollingClient, pollingRequest } from '../support/polling-client.ts';
import { RawClient } from '../support/raw.ts';

let delay: (functionId: string) => number = () => 0;
const system = database(() => ({}), { invocationDelayMs: (functionId) => delay(functionId) });

const open = (eio: 3 | 4 = 4, query: Record<string, string> = {}) => PollingClient.open(system.origin, eio, query);

const login = (client: string) => ({ auth: JSON.stringify(credentials({ client })) });
const isLogin = (frame: string) => frame.includes('"login"');

const error = (code: number, message: string) => ({ status: 400, body: JSON.stringify({ code, message }) });

const VERSIONS: readonly ClientVersion[] = [...CLIENT_VERSIONS, SWIFT];

/** The time in which a client must upgrade. */
const UPGRADE_MS = 25_000;

/** The age of a session whose next request ends after that time. */
const ALMOST_MS = UPGRADE_MS - 500;

describe('the handshake', () => {
  it('offers the upgrade, with the times of the websocket transport', async () => {
    const { first, sid } = await open();
    expect(first).toHaveLength(1);
    expect(JSON.parse(String(first[0]).slice(1))).toEqual({
      ...{ sid, upgrades: ['websocket'], pingInterval: 240_000, pingTimeout: 120_000, maxPayload: 32_768 },
    });
    expect(sid).toMatch(/^[\w-]{20,}$/);
  });

  it('confirms the main namespace to Engine.IO 3 clients, which may send no EIO', async () => {
    const answer = await fetch(`${system.origin}/socket.io/?transport=polling&b64=1`);
    expect(await answer.text()).toMatch(/^\d+:0\{.*\}2:40$/);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=UTF-8');
  });

  it('works without a trailing slash', async () => {
    const answer = await fetch(`${system.origin}/socket.io?EIO=4&transport=polling`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/^0\{/)]);
  });

  it.each([
    ['GET', 'another protocol', { EIO: '5' }, 5, 'Unsupported protocol version'],
    ['POST', 'no session', {}, 2, 'Bad handshake method'],
    ['GET', 'an unknown session', { sid: `${newSid({ eio: 4, opened: Date.now() })}A` }, 1, 'Session ID unknown'],
    ['POST', 'an old session', { sid: newSid({ eio: 4, opened: Date.now() - 60_000 }) }, 1, 'Session ID unknown'],
    ['GET', 'an id in another format', { sid: 'AAAA' }, 1, 'Session ID unknown'],
    ['GET', 'another transport', { transport: 'flashsocket' }, 0, 'Transport unknown'],
  ] satisfies [string, string, Record<string, string>, number, string][])(
    '%s for %s is refused',
    async (method, _, query, code, message) => {
      const body = method === 'POST' ? '2' : undefined;
      expect(await pollingRequest(system.origin, 4, method, query, body)).toMatchObject(error(code, message));
    },
  );
});

describe('the upgrade', () => {
  it.each([3, 4] as const)('handles what the client posted before, in order (Engine.IO %i)', async (eio) => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const client = await open(eio, login(tom));
    expect(await client.post(eio === 4 ? '40/chat,' : '40/chat')).toMatchObject({ status: 200, body: 'ok' });
    const say = (body: string) => `42/chat,${JSON.stringify(['say', text(jerry, body)])}`;
    await client.post(say('one'), say('zwei 你好 👋'));
    await client.post(say('three'));
    const socket = await client.upgrade();
    socket.send(say('four'));
    await socket.until(isLogin);
    await system.cloud.settled();
    const { body } = await rest(system.origin, 'GET', `/ctx/${tom}/friends/${jerry}/chats`);
    const texts = (body as { content: { body: string } }[]).map(({ content }) => content.body);
    expect(texts).toEqual(['one', 'zwei 你好 👋', 'three', 'four']);
    expect(socket.frames.received.filter((frame) => isLogin(String(frame)))).toHaveLength(1);
  });

  it('sends no second handshake', async () => {
    const socket = await (await open(4, login(someone()))).upgrade();
    socket.send('40/chat,');
    await socket.until(isLogin);
    expect(socket.frames.received.filter((frame) => String(frame).startsWith('0'))).toEqual([]);
  });

  it('answers a ping that the client posted before', async () => {
    const client = await open(3);
    await client.post('2', '40/chat');
    await (await client.upgrade()).until((frame) => frame === '3');
  });

  it('ends the request that waits for packets', async () => {
    const client = await open();
    const started = Date.now();
    const waiting = client.get();
    const socket = await client.socket('2probe');
    await socket.until((frame) => frame === '3probe');
    expect(await waiting).toMatchObject({ status: 200, packets: ['6'] });
    expect(Date.now() - started).toBeLessThan(900);
  });

  it('is possible once', async () => {
    const client = await open(4, login(someone()));
    await client.post('40/chat,');
    const socket = await client.upgrade();
    await socket.until(isLogin);
    for (const frame of ['2probe', '5']) await (await client.socket(frame)).closed;
    expect(await client.get()).toMatchObject(error(3, 'Bad request'));
    expect(await client.post('2')).toMatchObject(error(3, 'Bad request'));
  });

  it('loses no packets of a request that is still under way, as with Swift clients', async () => {
    const client = await open(4, login(someone()));
    delay = (functionId) => (functionId.startsWith('Polling') ? 400 : 0);
    const late = client.post('40/chat,');
    const socket = await client.upgrade();
    await socket.until(isLogin);
    delay = () => 0;
    expect(await late).toMatchObject({ status: 200, body: 'ok' });
  });

  it('loses no packets of a request that arrives after it, as with Swift clients', async () => {
    const client = await open(3, login(someone()));
    const socket = await client.upgrade();
    await system.cloud.settled();
    expect(await client.post('40/chat')).toMatchObject({ status: 200, body: 'ok' });
    await socket.until(isLogin);
  });

  it.each([3, 4] as const)(
    'asks to reconnect if the WebSocket connection ends after the probe (Engine.IO %i)',
    async (eio) => {
      const client = await open(eio);
      const socket = await client.socket('2probe');
      await socket.until((frame) => frame === '3probe');
      socket.close();
      await socket.closed;
      await system.cloud.settled();
      expect((await client.get()).packets).toEqual(['1']);
    },
  );

  it('is refused for an unknown session', async () => {
    const client = await open();
    client.age(60_000);
    for (const frame of ['2probe', '5']) await (await client.socket(frame)).closed;
    const query = { EIO: '4', transport: 'websocket', sid: 'AAAA' };
    await expect(RawClient.connect(system.origin, query)).rejects.toThrow('HTTP 403');
  });
});

describe('a session before the upgrade', () => {
  it('answers a request without news after about a second', { tags: 'slow' }, async () => {
    const client = await open();
    const started = Date.now();
    expect(await client.get()).toMatchObject({ status: 200, packets: ['6'] });
    expect(Date.now() - started).toBeGreaterThan(700);
    expect((await client.get()).packets).toEqual(['6']);
  });

  it('ends when two requests wait at the same time', async () => {
    const client = await open();
    const answers = await Promise.all([client.get(), client.get()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(await client.get()).toMatchObject(error(1, 'Session ID unknown'));
  });

  it('ends after a minute', async () => {
    const client = await open();
    client.age(60_000);
    for (const answer of [await client.get(), await client.post('40/chat,')]) {
      expect(answer).toMatchObject(error(1, 'Session ID unknown'));
    }
  });

  it('ends when the client closes it', async () => {
    const client = await open();
    expect(await client.post('1')).toMatchObject({ body: 'ok' });
    expect(await client.get()).toMatchObject(error(1, 'Session ID unknown'));
    expect(await client.post('1')).toMatchObject(error(1, 'Session ID unknown'));
  });

  it.each([
    ['no packet', 'x'],
    ['nothing', ''],
    ['binary data', 'bAQID'],
    ['a packet that only servers send', '44/chat,"no"'],
  ])('ends after %s', async (_, body) => {
    const client = await open();
    expect(await client.send(body)).toMatchObject(error(3, 'Bad request'));
    expect(await client.get()).toMatchObject(error(1, 'Session ID unknown'));
  });

  it('ends when the client posts more than 64 KB', async () => {
    const client = await open();
    const packet = `42/chat,["say","${'x'.repeat(30_000)}"]`;
    expect(await client.post(packet, packet)).toMatchObject({ status: 200 });
    expect(await client.post(packet)).toMatchObject({ status: 413 });
    expect(await client.get()).toMatchObject(error(1, 'Session ID unknown'));
  });

  it('ends when the client posts more than 60 packets', async () => {
    const client = await open();
    expect(await client.post(...Array(60).fill('2'))).toMatchObject({ status: 200 });
    expect(await client.post('2')).toMatchObject({ status: 413 });
  });

  it('belongs to one revision of the protocol', async () => {
    const client = await open(3);
    expect(await pollingRequest(system.origin, 4, 'POST', { sid: client.sid }, '40/chat,')).toMatchObject(
      error(3, 'Bad request'),
    );
  });
});

describe('a client that does not upgrade within 25 seconds', () => {
  it.each([
    [4, /^44\/chat,\{"message":"No WebSocket connection.*"\}$/],
    [3, /^44\/chat,"No WebSocket connection.*"$/],
  ] as const)('gets an explanation, and its session ends (Engine.IO %i)', async (eio, explanation) => {
    const client = (await open(eio)).age(ALMOST_MS);
    expect((await client.get()).packets).toEqual(['6']);
    expect((await client.get()).packets).toEqual([expect.stringMatching(explanation)]);
    expect((await client.get()).packets).toEqual(['1']);
    expect(await client.post('40/chat')).toMatchObject(error(1, 'Session ID unknown'));
  });

  it.each([3, 4] as const)('is asked to reconnect if its requests are late (Engine.IO %i)', async (eio) => {
    const client = (await open(eio)).age(UPGRADE_MS);
    expect((await client.get()).packets).toEqual(['1']);
    expect(await client.post('40/chat')).toMatchObject(error(1, 'Session ID unknown'));
  });

  it.each(VERSIONS)('socket.io-client %s emits the explanation as error', async (version) => {
    const proxy = await blockingProxy(system.origin, ALMOST_MS);
    const device = new Device(version, proxy.origin, {
      polling: true,
      options: { auth: credentials({ client: someone() }) },
    });
    const explained = new Promise((resolve) =>
      device.client.on(eioOf(version) === 4 ? 'connect_error' : 'error', (reason) => {
        const message = reason instanceof Error ? reason.message : String(reason);
        if (message.includes('No WebSocket connection')) resolve(true);
      }),
    );
    expect(await explained).toBe(true);
    device.close();
    await proxy.stop();
  });
});

it('logs in clients of all versions once, while every step takes up to 300 ms longer', { tags: 'slow' }, async () => {
  delay = randomDelay(300, 20_261_126);
  const devices = Array.from({ length: 24 }, (_, n) => {
    const version = VERSIONS[n % VERSIONS.length] ?? SWIFT;
    const auth = credentials({ client: someone() });
    const inPayload = eioOf(version) === 4 && n % 2 === 0;
    return new Device(version, system.origin, {
      polling: true,
      ...(inPayload ? { options: { auth } } : { query: { auth: JSON.stringify(auth) } }),
    });
  });
  await Promise.all(devices.map(({ logins }) => logins.at(0, 30_000)));
  delay = () => 0;
  await system.cloud.settled();
  expect(devices.map(({ client }) => transportOf(client))).toEqual(devices.map(() => 'websocket'));
  expect(devices.map(({ logins }) => logins.received)).toEqual(
    devices.map(() => [expect.objectContaining({ success: true })]),
  );
  const ids = devices.map(({ logins }) => Object(logins.received[0]).id);
  const states = await Promise.all(ids.map((id) => rest(system.origin, 'GET', `/ctx/${id}`)));
  expect(states.map(({ body }) => Object(body).sessions)).toEqual(ids.map(() => 1));
});
