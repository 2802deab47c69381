import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Host, startEcho, startHost } from '../../examples/echo/host.ts';
import { BAD_FRAMES } from './bad-frames.ts';
import { joinRaw, openRaw, type RawClient, type RawOptions, refusalOf } from './raw-client.ts';

/** The requirements of the Engine.IO and Socket.IO conformance suites. The WebSocket transport comes first. */

let server: Host;
const clients: RawClient[] = [];

beforeAll(async () => {
  server = await startEcho({ port: 0 });
});

afterAll(() => server.close());

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function open(options?: RawOptions): RawClient {
  const client = openRaw(server.port, options);
  clients.push(client);
  return client;
}

async function join(options?: RawOptions): Promise<RawClient> {
  const client = await joinRaw(server.port, options);
  clients.push(client);
  return client;
}

/** How long a promise takes, in milliseconds. */
async function duration(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('the opening', () => {
  it('announces the session and the limits to Engine.IO 4', async () => {
    const frame = await open().next();
    expect(frame[0]).toBe('0');
    expect(JSON.parse(frame.slice(1))).toStrictEqual({
      sid: expect.stringMatching(/.+/),
      upgrades: [],
      pingInterval: 300,
      pingTimeout: 200,
      maxPayload: 1_000_000,
    });
  });

  it('announces the same to Engine.IO 3, which knows no largest frame', async () => {
    const frame = await open({ eio: 3 }).next();
    expect(JSON.parse(frame.slice(1))).toStrictEqual({
      sid: expect.stringMatching(/.+/),
      upgrades: [],
      pingInterval: 300,
      pingTimeout: 200,
    });
  });

  it('takes a client that names no protocol revision for one of Engine.IO 3', async () => {
    const client = open({ eio: 'missing' });
    expect(JSON.parse((await client.next()).slice(1))).not.toHaveProperty('maxPayload');
    expect(await client.next()).toBe('40');
  });

  it('gives every connection a session id of its own', async () => {
    expect(await open().next()).not.toBe(await open().next());
  });

  it.each([
    ['an unknown protocol revision', '/socket.io/?EIO=abc&transport=websocket'],
    ['a protocol revision of the past', '/socket.io/?EIO=2&transport=websocket'],
    ['no transport', '/socket.io/?EIO=4'],
    ['an unknown transport', '/socket.io/?EIO=4&transport=abc'],
    ['the polling transport', '/socket.io/?EIO=4&transport=polling'],
    ['the polling transport and a session', '/socket.io/?EIO=4&transport=polling&sid=abc'],
    ['the id of another session', '/socket.io/?EIO=4&transport=websocket&sid=abc'],
  ])('is refused with %s', async (_why, target) => {
    expect(await refusalOf(server.port, target)).toBe(400);
  });

  it.each(['/', '/engine.io/?EIO=4&transport=websocket', '//?EIO=4&transport=websocket'])(
    'is not found at %s',
    async (target) => {
      expect(await refusalOf(server.port, target)).toBe(404);
    },
  );

  it.each([
    ['POST', 'EIO=4&transport=polling'],
    ['GET', 'EIO=abc&transport=websocket'],
    ['GET', 'EIO=4&transport=websocket'],
  ])('is refused to a %s request that opens no session (%s)', async (method, query) => {
    const response = await fetch(`http://localhost:${server.port}/socket.io/?${query}`, { method });
    expect(response.status).toBe(400);
    expect(await response.json()).toHaveProperty('message');
  });
});

describe('the heartbeat', () => {
  it('pings Engine.IO 4 clients every interval as long as they answer', async () => {
    const client = await join({ keepAlive: false });
    const taken = await duration(
      (async () => {
        for (let i = 0; i < 3; i++) {
          expect(await client.next()).toBe('2');
          client.send('3');
        }
      })(),
    );
    expect(taken).toBeGreaterThan(750);
  });

  it('closes an Engine.IO 4 client that does not answer', async () => {
    const client = await join({ keepAlive: false });
    const taken = await duration(client.closed);
    expect(taken).toBeGreaterThan(400);
    expect(await client.next()).toBe('2');
    await expect(client.next()).rejects.toThrow('closed');
  });

  it('takes no other frame for an answer', async () => {
    const client = await join({ keepAlive: false });
    const chatter = setInterval(() => client.send('42["message"]'), 50);
    await client.closed.finally(() => clearInterval(chatter));
  });

  it('answers the pings of Engine.IO 3 clients', async () => {
    const client = await join({ eio: 3, keepAlive: false });
    for (let i = 0; i < 3; i++) {
      client.send('2');
      expect(await client.next()).toBe('3');
    }
  });

  it('closes an Engine.IO 3 client that says nothing', async () => {
    const client = await join({ eio: 3, keepAlive: false });
    expect(await duration(client.closed)).toBeGreaterThan(400);
    await expect(client.next()).rejects.toThrow('closed');
  });

  it('answers a probe with its own data', async () => {
    const client = await join();
    client.send('2probe');
    expect(await client.next()).toBe('3probe');
    client.send('5');
    client.send('6');
    client.send('42["message"]');
    expect(await client.next()).toBe('42["message-back"]');
  });
});

describe('joining', () => {
  it.each([
    ['the main namespace', '40', '40', '42["auth",{}]'],
    ['the main namespace with a payload', '40{"token":"123"}', '40', '42["auth",{"token":"123"}]'],
    ['a namespace', '40/custom,', '40/custom,', '42/custom,["auth",{}]'],
    ['a namespace without the comma', '40/custom', '40/custom,', '42/custom,["auth",{}]'],
    ['a namespace with a payload', '40/custom,{"token":"abc"}', '40/custom,', '42/custom,["auth",{"token":"abc"}]'],
  ])('%s is confirmed with a session id, and what came along is said back', async (_what, frame, prefix, auth) => {
    const client = open();
    await client.next();
    client.send(frame);
    const confirmation = await client.next();
    expect(confirmation.slice(0, prefix.length)).toBe(prefix);
    expect(JSON.parse(confirmation.slice(prefix.length))).toStrictEqual({ sid: expect.stringMatching(/.+/) });
    expect(await client.next()).toBe(auth);
  });

  it('an unknown namespace is refused', async () => {
    const client = open();
    await client.next();
    client.send('40/random');
    expect(await client.next()).toBe('44/random,{"message":"Invalid namespace"}');
  });

  it('Engine.IO 3 clients are in the main namespace unasked', async () => {
    const client = open({ eio: 3 });
    await client.next();
    expect(await client.next()).toBe('40');
    expect(await client.next()).toBe('42["auth",{}]');
    client.send('42["message",1]');
    expect(await client.next()).toBe('42["message-back",1]');
  });

  it('an Engine.IO 3 client joins a namespace with a query', async () => {
    const client = await join({ eio: 3 });
    client.send('40/custom?token={"a":1,"b":2},');
    expect(await client.next()).toBe('40/custom');
    expect(await client.next()).toBe('42/custom,["auth",{"token":"{\\"a\\":1,\\"b\\":2}"}]');
    client.send('40/random');
    expect(await client.next()).toBe('44/random,"Invalid namespace"');
  });

  it('twice is the same as once', async () => {
    const client = await join();
    client.send('40');
    client.send('42["message"]');
    expect(await client.next()).toBe('42["message-back"]');
  });

  it('nothing within a second ends the connection', async () => {
    const client = open();
    await client.next();
    expect(await duration(client.closed)).toBeGreaterThan(800);
  });

  it('after a refusal is still open to the client', async () => {
    const client = open();
    await client.next();
    client.send('40/random,');
    await client.next();
    client.send('40/custom,');
    expect(await client.next()).toMatch(/^40\/custom,/);
  });
});

describe('leaving', () => {
  it('the main namespace keeps the connection', async () => {
    const client = await join({ keepAlive: false });
    client.send('41');
    expect(await client.next()).toBe('2');
    client.send('3');
    client.send('40');
    expect(await client.next()).toMatch(/^40\{/);
  });

  it('the only namespace is not taken for never having joined one', async () => {
    const client = await join({ keepAlive: false });
    client.send('41');
    for (let elapsed = 0; elapsed <= 1000; elapsed += 300) {
      expect(await client.next()).toBe('2');
      client.send('3');
    }
  });

  it.each(['41/custom', '41/custom,'])('a namespace by %s keeps the others', async (farewell) => {
    const client = await join();
    client.send('40/custom,');
    await client.next();
    await client.next();
    client.send(farewell);
    client.send('42["message","message to main namespace"]');
    expect(await client.next()).toBe('42["message-back","message to main namespace"]');
    client.send('42/custom,["message"]');
    await client.closed;
  });
});

describe('messages', () => {
  it('come back with the same arguments', async () => {
    const client = await join();
    client.send('42["message",1,"2",{"3":[true]}]');
    expect(await client.next()).toBe('42["message-back",1,"2",{"3":[true]}]');
  });

  it('are acknowledged with their arguments', async () => {
    const client = await join();
    client.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    expect(await client.next()).toBe('43456[1,"2",{"3":[false]}]');
  });

  it('of two namespaces share a connection', async () => {
    const client = await join();
    client.send('40/custom,');
    await client.next();
    await client.next();
    client.send('42/custom,1["message-with-ack","a"]');
    client.send('421["message-with-ack","b"]');
    expect([await client.next(), await client.next()]).toEqual(['43/custom,1["a"]', '431["b"]']);
  });

  it('come back in the order they were sent', async () => {
    const client = await join();
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    for (const i of numbers) client.send(`42["message",${i}]`);
    for (const i of numbers) expect(await client.next()).toBe(`42["message-back",${i}]`);
  });

  it('may be as long as was announced, and no longer', async () => {
    const client = await join();
    const longest = `42["message","${'x'.repeat(1_000_000 - '42["message",""]'.length)}"]`;
    client.send(longest);
    expect(await client.next()).toHaveLength(longest.length + '-back'.length);
    client.send(`${longest} `);
    expect(await client.closed).toBe(1009);
  });
});

describe('the end', () => {
  it('comes with a close packet', async () => {
    const client = await join();
    client.send('1');
    await client.closed;
  });

  it('comes with a binary frame, as on API Gateway', async () => {
    const client = await join();
    client.send(Uint8Array.from([1, 2, 3, 4]));
    expect(await client.closed).toBe(1003);
  });

  it.each(BAD_FRAMES)('comes with %s', async (_wrong, frame) => {
    const client = await join();
    client.send(frame);
    client.send('42["message"]');
    await client.closed;
    await expect(client.next()).rejects.toThrow('closed');
  });

  it('keeps what follows an invalid frame from the application', async () => {
    const events: string[] = [];
    const noting = await startHost(
      {
        connect: async () => undefined,
        connected: (socket) => socket.emit('auth'),
        event: async (_socket, name) => void events.push(name),
      },
      { port: 0 },
    );
    const client = await joinRaw(noting.port);
    for (const frame of ['42["before"]', '4abc', '42["behind"]']) client.send(frame);
    await client.closed;
    await noting.close();
    expect(events).toEqual(['before']);
  });

  it('comes with a message for a namespace that was not joined', async () => {
    const client = await join();
    client.send('42/custom,["message"]');
    await client.closed;
  });

  it('comes to one connection alone when its frame cannot be handled', async () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {});
    const [other, client] = [await join(), await join()];
    client.send(`42["message",${'['.repeat(400_000)}${']'.repeat(400_000)}]`);
    await client.closed;
    other.send('42["message"]');
    expect(await other.next()).toBe('42["message-back"]');
    complaint.mockRestore();
  });

  it('comes to all when the server stops', async () => {
    const own = await startEcho({ port: 0 });
    const client = await joinRaw(own.port);
    await own.close();
    expect(await client.closed).toBe(1001);
  });
});

describe('long-polling', () => {
  const url = (sid: string, eio = 4) =>
    `http://localhost:${server.port}/socket.io/?EIO=${eio}&transport=polling&sid=${sid}`;
  const get = (sid: string, eio?: number) => fetch(url(sid, eio));
  const post = (sid: string, body: string | Uint8Array<ArrayBuffer>, eio?: number) => {
    const type = typeof body === 'string' ? 'text/plain;charset=UTF-8' : 'application/octet-stream';
    return fetch(url(sid, eio), { method: 'POST', body, headers: { 'content-type': type } });
  };
  const codeOf = async (response: Response) => [response.status, Object(await response.json()).code];

  /** Opens a session. The parameters of the open packet follow its length in revision 3. */
  async function start(eio = 4): Promise<{ sid: string; [parameter: string]: unknown }> {
    const response = await fetch(`http://localhost:${server.port}/socket.io?EIO=${eio}&transport=polling`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=UTF-8']);
    return JSON.parse((await response.text()).replace(/^(\d+:)?0/, ''));
  }

  /** Opens a session of revision 4, and joins the main namespace. */
  async function startJoined(): Promise<string> {
    const { sid } = await start();
    expect(await (await post(sid, '40')).text()).toBe('ok');
    for (let text = ''; !text.includes('42["auth",{}]'); ) text += await (await get(sid)).text();
    return sid;
  }

  async function probe(sid: string): Promise<WebSocket> {
    const socket = new WebSocket(url(sid).replace('http', 'ws').replace('polling', 'websocket'));
    await once(socket, 'open');
    socket.send('2probe');
    expect(String((await once(socket, 'message'))[0])).toBe('3probe');
    return socket;
  }

  it('opens with the offer to upgrade', async () => {
    const limits = { upgrades: ['websocket'], pingInterval: 300, pingTimeout: 200 };
    expect(await start()).toStrictEqual({ sid: expect.any(String), ...limits, maxPayload: 1_000_000 });
    expect(await start(3)).toStrictEqual({ sid: expect.any(String), ...limits });
  });

  it('carries packets both ways, several in a payload, and holds a GET until there is one', async () => {
    const sid = await startJoined();
    const held = get(sid);
    await post(sid, '42["message",1]\x1e42["message","zwölf 🦜"]');
    let text = await (await held).text();
    while (!text.includes('🦜')) text += await (await get(sid)).text();
    expect(text.replaceAll('\x1e', '')).toMatch(/42\["message-back",1\]42\["message-back","zwölf 🦜"\]$/);
  });

  it('reads the text and the binary payloads of revision 3', async () => {
    const { sid } = await start(3);
    const twice = Buffer.from('42["message","ö🦜"]').toString('latin1');
    await post(sid, `${twice.length}:${twice}`, 3);
    const frame = Buffer.from('42["message","b"]');
    await post(sid, Uint8Array.from([0, 1, 7, 255, ...frame]), 3);
    let text = '';
    while (!text.includes('"b"')) text += await (await get(sid, 3)).text();
    expect(text).toContain(String.raw`:42["message-back","\u00f6\ud83e\udd9c"]`);
  });

  it.each([
    ['an invalid payload', 4, 'abc'],
    ['an invalid packet', 4, '42["message"]\x1e4abc'],
    ['a wrong length', 3, '99:2'],
  ])('ends with %s', async (_why, eio, body) => {
    const { sid } = await start(eio);
    expect(await codeOf(await post(sid, body, eio))).toEqual([400, 3]);
    expect(await codeOf(await get(sid, eio))).toEqual([400, 1]);
  });

  it('ends with a second GET at the same time', async () => {
    const sid = await startJoined();
    const first = get(sid);
    await expect.poll(async () => (await get(sid)).status).toBe(400);
    expect(await (await first).text()).toMatch(/1$/);
    expect(await codeOf(await get(sid))).toEqual([400, 1]);
  });

  it('ends with the close packet, which releases the GET', async () => {
    const sid = await startJoined();
    const held = get(sid);
    await post(sid, '1');
    expect((await held).status).toBe(200);
    expect(await codeOf(await get(sid))).toEqual([400, 1]);
  });

  it('ends without pongs', async () => {
    const sid = await startJoined();
    await expect.poll(async () => (await get(sid)).status, { timeout: 2000 }).toBe(400);
  });

  it('refuses a body that is longer than was announced', async () => {
    expect((await post((await start()).sid, '4'.repeat(1_000_001))).status).toBe(413);
  });

  it('goes on over a WebSocket, once, with what no GET has fetched', async () => {
    const sid = await startJoined();
    const held = get(sid);
    const socket = await probe(sid);
    expect(await (await held).text()).toBe('6');
    await post(sid, '42["message","posted"]');
    const frames: string[] = [];
    socket.on('message', (data) => frames.push(String(data)));
    socket.send('5');
    socket.send('42["message","sent"]');
    await expect
      .poll(() => frames.filter((frame) => frame !== '2'))
      .toEqual(['42["message-back","posted"]', '42["message-back","sent"]']);
    expect(await codeOf(await get(sid))).toEqual([400, 3]);
    expect(await refusalOf(server.port, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`)).toBe(400);
    socket.close();
  });

  it('goes on without an upgrade that breaks off', async () => {
    const sid = await startJoined();
    const socket = await probe(sid);
    socket.close();
    await once(socket, 'close');
    await post(sid, '421["message-with-ack","still here"]');
    let text = '';
    while (!text.includes('still here')) text += await (await get(sid)).text();
    expect(text).toContain('431["still here"]');
  });
});
