import { describe, expect, it } from 'vitest';
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
  it('upgrades, talks both ways, is acknowledged, and comes back after a cut', async () => {
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
