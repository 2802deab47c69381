// @module-tag slow

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Host, startEcho, startHost } from '../../examples/echo/host.ts';
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from '../../examples/echo/limits.ts';
import { eventFrame } from '../../functions/protocol/index.ts';
import {
  CLIENT_VERSIONS,
  type Client,
  type ClientVersion,
  type ConnectOptions,
  connectClient,
  eioOf,
  emitWithAck,
  nextEvent,
  transportOf,
} from '../support/clients.ts';

describe.each(CLIENT_VERSIONS)('client %s', (version) => {
  const eio = eioOf(version);
  const clients: Client[] = [];
  let server: Host;

  beforeAll(async () => {
    server = await startEcho({ port: 0 });
  });

  afterAll(() => server.close());

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  function connect(host: Host, options?: ConnectOptions): Client {
    const client = connectClient(version, `http://localhost:${host.port}`, options);
    clients.push(client);
    return client;
  }

  it.each(['/', '/custom'])('joins %s and exchanges events there', async (namespace) => {
    const client = connect(server, { namespace });
    const greeted = nextEvent(client, 'auth');
    await nextEvent(client, 'connect');
    expect(await greeted).toEqual([{}]);
    const back = nextEvent(client, 'message-back');
    client.emit('message', 1, 'zwölf 🦜', { a: [null, true] });
    expect(await back).toEqual([1, 'zwölf 🦜', { a: [null, true] }]);
  });

  it.each(['/', '/custom'])('is acknowledged in %s', async (namespace) => {
    const client = connect(server, { namespace });
    await nextEvent(client, 'connect');
    expect(await emitWithAck(client, 'message-with-ack', ['first', { n: 1 }])).toEqual(['first', { n: 1 }]);
    expect(await emitWithAck(client, 'message-with-ack', [])).toEqual([]);
  });

  it('starts with long-polling by default, upgrades, and comes back', async () => {
    const host = await startEcho({ port: 0 });
    const reconnection = { reconnectionDelay: 50, reconnectionDelayMax: 100 };
    const client = connect(host, { namespace: '/custom', polling: true, options: reconnection });
    expect(transportOf(client)).toBe('polling');
    await nextEvent(client, 'connect');
    const back = nextEvent(client, 'message-back');
    client.emit('message', 1, 'zwölf 🦜');
    expect(await back).toEqual([1, 'zwölf 🦜']);
    await expect.poll(() => transportOf(client)).toBe('websocket');
    expect(await emitWithAck(client, 'message-with-ack', ['first 🦜'])).toEqual(['first 🦜']);
    const lost = nextEvent(client, 'disconnect');
    await host.close();
    await lost;
    const again = nextEvent(client, 'connect');
    const second = await startEcho({ port: host.port });
    await again;
    client.close();
    await second.close();
  });

  it('exchanges events over long-polling alone', async () => {
    const options = { transports: ['polling'] };
    const client = connect(server, { namespace: '/custom', polling: true, options });
    await nextEvent(client, 'connect');
    const back = nextEvent(client, 'message-back');
    client.emit('message', 'zwölf 🦜', { a: [null, true] });
    expect(await back).toEqual(['zwölf 🦜', { a: [null, true] }]);
    expect(await emitWithAck(client, 'message-with-ack', ['ack'])).toEqual(['ack']);
    expect(transportOf(client)).toBe('polling');
  });

  it('acknowledges what the server sends', async () => {
    const asking = await startHost(
      {
        connect: async () => undefined,
        connected: ({ connection, namespace }) => connection.send(eventFrame(namespace, 'question', ['why?'], 7)),
        event: async () => undefined,
        ack: (socket, id, args) => socket.emit('answered', id, args),
      },
      { port: 0 },
    );
    const client = connect(asking, { namespace: '/custom' });
    client.on('question', (asked, answer) => {
      if (typeof answer === 'function') answer(`you asked ${asked}`, 42);
    });
    expect(await nextEvent(client, 'answered')).toEqual([7, ['you asked why?', 42]]);
    client.close();
    await asking.close();
  });

  it('is refused an unknown namespace', async () => {
    const client = connect(server, { namespace: '/random' });
    const [refusal] = await nextEvent(client, eio === 3 ? 'error' : 'connect_error');
    expect(refusal instanceof Error ? refusal.message : refusal).toBe('Invalid namespace');
    expect(client.connected).toBe(false);
  });

  it('connects again when the server comes back', async () => {
    const first = await startEcho({ port: 0 });
    const options = { reconnectionDelay: 50, reconnectionDelayMax: 100 };
    const client = connect(first, { namespace: '/custom', options });
    await nextEvent(client, 'connect');
    const lost = nextEvent(client, 'disconnect');
    await first.close();
    await lost;
    const again = nextEvent(client, 'connect');
    const second = await startEcho({ port: first.port });
    await again;
    expect(await emitWithAck(client, 'message-with-ack', ['again'])).toEqual(['again']);
    client.close();
    await second.close();
  });

  it('stays connected by the heartbeat alone', async () => {
    const client = connect(server, { options: { reconnection: false } });
    await nextEvent(client, 'connect');
    const lost = nextEvent(client, 'disconnect', 4 * PING_INTERVAL_MS + PING_TIMEOUT_MS);
    await expect(lost).rejects.toThrow('no "disconnect"');
    expect(await emitWithAck(client, 'message-with-ack', ['alive'])).toEqual(['alive']);
  });

  it('says that it leaves before it closes', async () => {
    let left = (_namespace: string) => {};
    const leaving = new Promise<string>((resolve) => {
      left = resolve;
    });
    const noting = await startHost(
      {
        connect: async () => undefined,
        event: async () => undefined,
        disconnect: async ({ namespace }) => left(namespace),
      },
      { port: 0 },
    );
    const client = connect(noting, { namespace: '/custom' });
    await nextEvent(client, 'connect');
    client.close();
    expect(await leaving).toBe('/custom');
    await noting.close();
  });
});

describe('what clients bring along', () => {
  const auth = { app: 'a,b', text: '100% + 1 & more 🦜' };
  let server: Host;

  beforeAll(async () => {
    server = await startEcho({ port: 0 });
  });

  afterAll(() => server.close());

  /** The handshake data that the server received. */
  async function brought(version: ClientVersion, connect: ConnectOptions): Promise<unknown> {
    const client = connectClient(version, `http://localhost:${server.port}`, { namespace: '/custom', ...connect });
    const [got] = await nextEvent(client, 'auth').finally(() => client.close());
    return got;
  }

  it.each(['3.1.3', '4.8.4'] as const)('client %s: credentials in the payload', async (version) => {
    expect(await brought(version, { options: { auth } })).toEqual(auth);
  });

  it.each(['1.7.4', '2.5.0'] as const)('client %s: its query, encoded', async (version) => {
    const query = { auth: JSON.stringify(auth), v: '1' };
    expect(await brought(version, { query })).toEqual(query);
  });

  it.each(['1.7.4', '2.5.0'] as const)('client %s: its query, as raw JSON', async (version) => {
    const raw = '{"app":"a","sign":"c0ffee,17"}';
    expect(await brought(version, { options: { query: `auth=${raw}` } })).toEqual({ auth: raw });
  });

  it('client 1.4.8: nothing', async () => {
    expect(await brought('1.4.8', { query: { auth: JSON.stringify(auth) } })).toEqual({});
  });
});
