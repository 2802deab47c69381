import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CLIENT_VERSIONS } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';

const system = macaw();

/** The URLs of the APIs without the distribution. */
const realtime = () => String(system.cloud.outputs.WebSocketUrl);
const api = () => String(system.cloud.outputs.RestUrl);

/** The status with which the realtime channel refuses an upgrade. */
function refusalOf(target: string): Promise<unknown> {
  const refused = new WebSocket(new URL(target, realtime()));
  return new Promise((resolve) => {
    refused.on('unexpected-response', (_, response) => resolve(response.statusCode));
    refused.on('error', resolve);
  });
}

describe('without the distribution', () => {
  it.each(CLIENT_VERSIONS)('socket.io-client %s chats, which names the stage as its path', async (version) => {
    const { protocol, host, pathname } = new URL(realtime());
    expect([protocol, pathname]).toEqual(['ws:', '/live']);
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(api(), tom, jerry);
    const login = async (id: string) => {
      const auth = JSON.stringify(credentials({ client: id }));
      const device = new Device(version, `http://${host}`, { query: { auth }, options: { path: `${pathname}/` } });
      await device.loggedIn();
      return device;
    };
    const [toms, jerrys] = await Promise.all([login(tom), login(jerry)]);
    expect(await toms.say(text(jerry, 'hello'))).toMatchObject({ success: true });
    expect(await jerrys.messages.at()).toMatchObject({ from: { id: tom }, content: { body: 'hello' } });
  });

  it('the realtime channel has no path but its stage, and answers nothing but upgrades', async () => {
    expect(await refusalOf('/elsewhere?EIO=4&transport=websocket')).toBe(403);
    expect((await fetch(realtime().replace('ws:', 'http:'))).status).toBe(426);
  });

  it('the realtime channel refuses a client that names no transport, as its identity source is missing', async () => {
    expect(await refusalOf('/live?EIO=4')).toBe(401);
    expect(await refusalOf('/live?EIO=4&transport=')).toBe(401);
    expect(await refusalOf('/live?EIO=5&transport=websocket')).toBe(403);
  });

  it('the REST endpoints are at their own host, and nothing else is', async () => {
    const id = someone();
    await befriend(api(), id, someone());
    expect((await rest(api(), 'GET', `/ctx/${id}`)).status).toBe(200);
    expect((await fetch(new URL('/docs', api()))).status).toBe(200);
    expect((await fetch(new URL('/_outbox.json', api()))).status).toBe(404);
  });
});

describe('through the distribution', () => {
  it.each(['/socket.io/', '/socket.io'])('a websocket opens at %s', async (path) => {
    const auth = encodeURIComponent(JSON.stringify(credentials({ client: someone() })));
    const socket = new WebSocket(`${system.origin}${path}?EIO=4&transport=websocket&auth=${auth}`);
    const [first] = await once(socket, 'message');
    expect(String(first)).toMatch(/^0\{"sid"/);
    socket.close();
  });

  it.each(['', '?EIO=4', '?EIO=4&transport=abc'])('other transports get the error of Engine.IO (%s)', async (query) => {
    const answer = await fetch(`${system.origin}/socket.io/${query}`, { headers: { origin: 'https://site.example' } });
    expect([answer.status, await answer.json()]).toEqual([400, { code: 0, message: 'Transport unknown' }]);
    const { headers } = answer;
    expect(headers.get('access-control-allow-origin')).toBe('https://site.example');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    const elsewhere = await fetch(`${system.origin}/socket.io/${query}`);
    expect(elsewhere.headers.get('access-control-allow-origin')).toBe('*');
    expect(elsewhere.headers.has('access-control-allow-credentials')).toBe(false);
  });
});
