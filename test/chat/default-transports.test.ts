import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_CHROMIUM, openBrowser, openPage } from '../support/chromium.ts';
import {
  CLIENT_VERSIONS,
  type ClientVersion,
  type ConnectOptions,
  eioOf,
  nextEvent,
  SWIFT,
  transportOf,
} from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, someone } from '../support/macaw.ts';

// Clients with default options start with long-polling, then upgrade to a WebSocket.

const system = macaw();

/** How a client sends its credentials. */
const WAYS = ['URL', 'CONNECT payload'] as const;
type Way = (typeof WAYS)[number];

const VERSIONS: readonly ClientVersion[] = [...CLIENT_VERSIONS, SWIFT];

const cases = VERSIONS.flatMap((version) =>
  WAYS.filter((way) => way === 'URL' || eioOf(version) === 4).map((way) => [version, way] as const),
);

function connect(version: ClientVersion, way: Way, auth: object, more: Record<string, unknown> = {}): Device {
  const options = { reconnectionDelay: 50, ...more };
  const connection: ConnectOptions =
    way === 'URL' ? { query: { auth: JSON.stringify(auth) }, options } : { options: { auth, ...options } };
  return new Device(version, system.origin, { ...connection, polling: true });
}

async function login(version: ClientVersion, way: Way, id: string): Promise<Device> {
  const device = connect(version, way, credentials({ client: id }));
  await device.loggedIn();
  return device;
}

/** The number of requests on the long-polling transport. */
const polls = (mark: number) =>
  system.cloud.calls.since(mark).filter((entry) => entry.service === 'invocation' && entry.trigger.startsWith('http'))
    .length;

describe.each(cases)('socket.io-client %s with its credentials in the %s', (version, way) => {
  it('upgrades, talks both ways, is acknowledged, and comes back after a cut', { tags: 'slow' }, async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const jerrys = await Device.login('4.8.4', system.origin, jerry);
    const before = system.cloud.connections();
    const mark = system.cloud.calls.mark();
    const toms = await login(version, way, tom);
    await expect.poll(() => transportOf(toms.client)).toBe('websocket');
    expect(polls(mark)).toBeGreaterThan(1);

    expect(await toms.say(text(jerry, '你好 👋', { ack: 7 }))).toMatchObject({ success: true, ack: 7 });
    expect(await toms.acks.at()).toMatchObject({ ack: 7 });
    expect(await jerrys.messages.at()).toMatchObject({ from: { id: tom, type: 0 }, content: { body: '你好 👋' } });
    await jerrys.say(text(tom, 'Grüße'));
    expect(await toms.messages.at()).toMatchObject({ from: { id: jerry, type: 0 }, content: { body: 'Grüße' } });

    const cut = nextEvent(toms.client, version === SWIFT ? 'reconnect' : 'disconnect');
    for (const id of system.cloud.connections()) if (!before.includes(id)) system.cloud.drop(id);
    await cut;
    expect(await toms.logins.at(1)).toEqual({ success: true, id: tom });
    await jerrys.say(text(tom, 'welcome back'));
    expect(await toms.messages.at(1)).toMatchObject({ content: { body: 'welcome back' } });
    expect(toms.logins.received).toHaveLength(2);
  });

  it('gets an error for a wrong key, and does not reconnect', async () => {
    const device = connect(version, way, credentials({ client: someone() }, 'wrong'));
    expect(await device.logins.at()).toMatchObject({ success: false, error: 5003 });
    expect(await device.disconnects.at()).toBe(version === SWIFT ? 'Got Disconnect' : 'io server disconnect');
    expect(device.client.connected).toBe(false);
  });
});

/** The bundle of a client for browsers. */
function bundle(name: string, file: string): string {
  const package_ = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return readFileSync(join(dirname(package_), file), 'utf8');
}

/** A page with one client, and functions to drive it. */
const page = (client: string) => `<!doctype html><meta charset="utf-8"><script>${client}</script><script>
const events = {};
let socket;
function start({ url, options }) {
  socket = io(url, { forceNew: true, reconnectionDelay: 50, ...options });
  for (const name of ['login', 'message', 'ack', 'disconnect']) {
    const waiting = [];
    const arrived = [];
    socket.on(name, (value) => (waiting.length > 0 ? waiting.shift()(value) : arrived.push(value)));
    events[name] = () => (arrived.length > 0 ? arrived.shift() : new Promise((resolve) => waiting.push(resolve)));
  }
}
const next = (name) => events[name]();
const say = (message) => new Promise((resolve) => socket.emit('say', message, resolve));
const transport = () => socket.io.engine.transport.name;
</script>`;

const credentialed = { withCredentials: true, extraHeaders: { 'X-Own': 'yes' } };

/** Clients, their bundles, how they send credentials, and more options. */
const IN_BROWSER = [
  ['socket.io-client-1.4', 'socket.io.js', 'URL', {}],
  ['socket.io-client', 'dist/socket.io.min.js', 'URL', {}],
  // Credentials forbid the origin `*`, and headers cause preflight requests. The old client always sends credentials.
  ['socket.io-client', 'dist/socket.io.min.js', 'CONNECT payload', credentialed],
] as const;

it.skipIf(NO_CHROMIUM)(
  'in a browser, on a page of another site, the oldest and the newest client do the same',
  { tags: 'slow' },
  async () => {
    const browser = await openBrowser();
    for (const [name, file, way, more] of IN_BROWSER) {
      const [tom, jerry] = [someone('tom'), someone('jerry')];
      await befriend(system.origin, tom, jerry);
      const jerrys = await Device.login('4.8.4', system.origin, jerry);
      const before = system.cloud.connections();
      const mark = system.cloud.calls.mark();
      const site = await openPage(browser, page(bundle(name, file)));
      const call = (fn: string, argument: unknown): Promise<unknown> =>
        site.evaluate(`${fn}(${JSON.stringify(argument)})`);
      const start = (auth: object) => {
        const query = way === 'URL' ? `?auth=${encodeURIComponent(JSON.stringify(auth))}` : '';
        return call('start', { url: `${system.origin}/chat${query}`, options: query ? more : { ...more, auth } });
      };

      await start(credentials({ client: tom }));
      expect(await call('next', 'login')).toEqual({ success: true, id: tom });
      await expect.poll(() => call('transport', null)).toBe('websocket');
      expect(polls(mark)).toBeGreaterThan(1);
      expect(await call('say', text(jerry, '你好 👋', { ack: 7 }))).toMatchObject({ success: true, ack: 7 });
      expect(await call('next', 'ack')).toMatchObject({ ack: 7 });
      expect(await jerrys.messages.at()).toMatchObject({ from: { id: tom }, content: { body: '你好 👋' } });
      await jerrys.say(text(tom, 'Grüße'));
      expect(await call('next', 'message')).toMatchObject({ from: { id: jerry }, content: { body: 'Grüße' } });

      for (const id of system.cloud.connections()) if (!before.includes(id)) system.cloud.drop(id);
      await call('next', 'disconnect');
      expect(await call('next', 'login')).toEqual({ success: true, id: tom });

      await start(credentials({ client: someone() }, 'wrong'));
      expect(await call('next', 'login')).toMatchObject({ success: false, error: 5003 });
      expect(await call('next', 'disconnect')).toBe('io server disconnect');
    }
  },
);
