import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ClientOptions, createClient, ErrorCode, memoryStorage } from '../../client/src/index.ts';

type Auth = Record<string, unknown>;

let ids = 100;

/** A Socket.IO server that answers logins as it is told. */
async function chatServer(logIn: (auth: Auth, attempt: number) => Record<string, unknown>, at = 0) {
  const http = createServer();
  const io = new Server(http);
  const auths: Auth[] = [];
  const frames: unknown[][] = [];
  const sockets: Socket[] = [];
  io.of('/chat').on('connection', (socket) => {
    sockets.push(socket);
    auths.push(socket.handshake.auth);
    const answer = logIn(socket.handshake.auth, auths.length);
    socket.emit('login', answer);
    socket.onAny((...frame) => {
      const acknowledge = frame.pop();
      frames.push(frame);
      ids += 1;
      acknowledge({ success: true, id: String(ids), ts: 1 });
    });
    if (answer.error === 5003) socket.disconnect();
    else if (!answer.success) socket.conn.close();
  });
  await new Promise<void>((resolve) => http.listen(at, '127.0.0.1', resolve));
  onTestFinished(() => void io.close());
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, auths, frames, sockets, stop: () => io.close() };
}

/** REST responses of a user without friends and conversations. */
const emptyRest: typeof fetch = async (input) =>
  Response.json(String(input).includes('/conversations') ? { conversations: [] } : []);

function client(url: string, options: Partial<ClientOptions> = {}) {
  const made = createClient({
    ...{ url, app: 'app', storage: memoryStorage(), fetch: emptyRest },
    socket: { reconnectionDelay: 10, reconnectionDelayMax: 20 },
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

const success = { success: true, id: 'tom' };
const refused = { success: false, error: 5003, message: 'wrong token' };

describe('a connection', () => {
  it('goes through its states', async () => {
    const server = await chatServer(() => success);
    const macaw = client(server.url, { token: 'token' });
    const states: string[] = [];
    macaw.on('status', (status) => states.push(status));
    await macaw.connect();
    server.sockets[0]?.conn.close();
    await expect.poll(() => states).toEqual(['connecting', 'online', 'reconnecting', 'online']);
    macaw.pause();
    macaw.resume();
    await expect.poll(() => states.slice(4)).toEqual(['offline', 'reconnecting', 'online']);
    macaw.close();
    expect(states.at(-1)).toBe('closed');
  });

  it('gets another token when the server refuses the one it has', async () => {
    let made = 0;
    const server = await chatServer(({ sessionToken }, attempt) =>
      attempt === 2 && sessionToken === 'token 1' ? refused : success,
    );
    const macaw = client(server.url, { token: () => `token ${++made}` });
    await macaw.connect();
    server.sockets[0]?.conn.close();
    const tokens = () => server.auths.map(({ sessionToken }) => sessionToken);
    await expect.poll(tokens, { timeout: 5000 }).toEqual(['token 1', 'token 1', 'token 2']);
    await expect.poll(() => macaw.getSnapshot().status).toBe('online');
  });

  it('stops when a new token is refused, and when there are no credentials', async () => {
    const server = await chatServer(() => refused);
    const macaw = client(server.url, { token: () => 'token' });
    await expect(macaw.connect()).rejects.toMatchObject({ code: ErrorCode.notAuthorised, message: 'wrong token' });
    expect(macaw.getSnapshot()).toMatchObject({ status: 'refused', error: { code: 5003 } });
    await expect(client(server.url).connect()).rejects.toMatchObject({ code: ErrorCode.notLoggedIn });
    await expect(client(server.url).login({ userId: 'tom' })).rejects.toMatchObject({ code: ErrorCode.notLoggedIn });
  });

  it('tries again after a temporary error, and when the token cannot be fetched', async () => {
    const busy = { success: false, error: 5002, message: 'try again' };
    const server = await chatServer((_, attempt) => (attempt === 1 ? busy : success));
    let calls = 0;
    const token = async () => {
      calls += 1;
      if (calls === 1) throw new Error('the server of the app is away');
      return 'token';
    };
    expect(await client(server.url, { token }).connect()).toBe('tom');
    expect(server.auths).toHaveLength(2);
  });

  it('reports the background and the foreground, one after the other, and again on a new connection', async () => {
    const server = await chatServer(() => success);
    let listener: (state: string) => void = () => undefined;
    const appState = {
      currentState: 'active',
      addEventListener(_: 'change', added: (state: string) => void) {
        listener = added;
        return { remove: () => undefined };
      },
    };
    const macaw = client(server.url, { token: 'token', appState });
    await macaw.connect();
    const change = (state: string) => {
      appState.currentState = state;
      listener(state);
    };
    for (const state of ['background', 'active', 'background']) change(state);
    await expect.poll(() => server.frames).toEqual([['background'], ['foreground'], ['background']]);
    server.sockets[0]?.conn.close();
    await expect.poll(() => server.frames.length).toBe(4);
    expect(server.frames[3]).toEqual(['background']);
  });

  it('sends what waited, and the last read position, after the next login', async () => {
    const server = await chatServer(() => success);
    const macaw = client(server.url, { token: 'token' });
    await macaw.connect();
    macaw.pause();
    const jerry = macaw.conversation('friend', 'jerry');
    const outgoing = jerry.send('hi', { remark: 'note' });
    jerry.markRead('1');
    jerry.markRead('2');
    macaw.resume();
    await outgoing.sent();
    const to = { id: 'jerry', type: 0 };
    expect(server.frames).toContainEqual(['read', { to, upTo: '2' }]);
    expect(server.frames).toContainEqual([
      'say',
      { to, content: { media: 0, body: 'hi' }, cid: outgoing.key, remark: 'note' },
    ]);
    expect(server.frames).toHaveLength(2);
  });

  it('sends what waited when the server restarts, in order', async () => {
    const server = await chatServer(() => success);
    const macaw = client(server.url, { token: 'token' });
    await macaw.connect();
    const jerry = macaw.conversation('friend', 'jerry');
    await jerry.send('1').sent();
    await server.stop();
    await expect.poll(() => macaw.getSnapshot().status).toBe('reconnecting');
    const waiting = ['2', '3', '4'].map((body) => jerry.send(body));
    const restarted = await chatServer(() => success, server.port);
    await Promise.all(waiting.map((message) => message.sent()));
    expect(restarted.frames.map(([, said]) => Object(said).content.body)).toEqual(['2', '3', '4']);
  });

  it('refuses messages that the server would refuse', async () => {
    const server = await chatServer(() => success);
    const macaw = client(server.url, { token: 'token' });
    const jerry = macaw.conversation('friend', 'jerry');
    expect(() => jerry.send('hi')).toThrow(expect.objectContaining({ code: ErrorCode.notLoggedIn }));
    await macaw.connect();
    expect(() => jerry.send('x'.repeat(28 * 1024))).toThrow(expect.objectContaining({ code: ErrorCode.tooLong }));
    expect(() => jerry.send('x', { remark: 'x'.repeat(2048) })).toThrow(
      expect.objectContaining({ code: ErrorCode.tooLong }),
    );
    expect(jerry.getSnapshot().messages).toEqual([]);
    const outgoing = jerry.send('hi');
    macaw.close();
    await expect(outgoing.sent()).rejects.toMatchObject({ code: ErrorCode.closed });
  });
});
