import { describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS, type ClientVersion, eioOf, nextEvent, SWIFT } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { SwiftClient } from '../support/swift-client.ts';

const system = macaw();

/** How a client sends its credentials. */
const WAYS = ['URL', 'CONNECT payload'] as const;

async function login(version: ClientVersion, way: (typeof WAYS)[number], id: string): Promise<Device> {
  if (way === 'URL') return Device.login(version, system.origin, id);
  const device = new Device(version, system.origin, { options: { auth: credentials({ client: id }) } });
  await device.loggedIn();
  return device;
}

const VERSIONS: readonly ClientVersion[] = [...CLIENT_VERSIONS, SWIFT];

const cases = VERSIONS.flatMap((version) =>
  WAYS.filter((way) => way === 'URL' || eioOf(version) === 4).map((way) => [version, way] as const),
);

describe.each(cases)('socket.io-client %s with its credentials in the %s', (version, way) => {
  it('logs in', async () => {
    const id = someone();
    const device = await login(version, way, id);
    expect(device.logins.received).toEqual([{ success: true, id }]);
    expect((await rest(system.origin, 'GET', `/ctx/${id}`)).body).toMatchObject({ sessions: 1 });
  });

  it('talks both ways, is acknowledged both ways, and reads what was said, in order', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [toms, jerrys] = await Promise.all([login(version, way, tom), login(version, way, jerry)]);

    const said = await toms.say(text(jerry, 'hello', { ack: 7, remark: 'first' }));
    expect(said).toEqual({ success: true, id: expect.any(String), ts: expect.any(Number), ack: 7 });
    expect(await toms.acks.at()).toEqual({ ack: 7, ts: (said as { ts: number }).ts });
    expect(await jerrys.messages.at()).toEqual({
      ...{ id: (said as { id: string }).id, from: { id: tom, type: 0 }, content: { media: 0, body: 'hello' } },
      ...{ ts: (said as { ts: number }).ts, remark: 'first' },
    });

    expect(await jerrys.say(text(tom, '你好 👋'))).toMatchObject({ success: true });
    expect(await toms.messages.at()).toMatchObject({
      from: { id: jerry, type: 0 },
      content: { media: 0, body: '你好 👋' },
    });

    for (const path of [`/ctx/${tom}/friends/${jerry}/chats`, `/ctx/${jerry}/friends/${tom}/chats`]) {
      expect((await rest(system.origin, 'GET', path)).body).toMatchObject([
        { speaker: tom, content: { media: 0, body: 'hello' }, remark: 'first' },
        { speaker: jerry, content: { media: 0, body: '你好 👋' } },
      ]);
    }
  });

  it('says `yourself` to the other devices of the speaker, and only to them', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [phone, tablet, jerrys] = await Promise.all([
      login(version, way, tom),
      login(version, way, tom),
      login(version, way, jerry),
    ]);
    await phone.say(text(jerry, 'from my phone'));
    expect(await tablet.yourselves.at()).toMatchObject({
      to: { id: jerry, type: 0 },
      content: { body: 'from my phone' },
    });
    expect(await jerrys.messages.at()).toMatchObject({ from: { id: tom } });
    await system.cloud.settled();
    expect(
      [phone.yourselves, phone.messages, tablet.messages, jerrys.yourselves].map(({ received }) => received),
    ).toEqual([[], [], [], []]);
  });

  it('comes back by itself after a cut, and is reached again', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const before = system.cloud.connections();
    const device = await login(version, way, tom);
    const mine = system.cloud.connections().filter((id) => !before.includes(id));
    expect(mine).toHaveLength(1);
    // The Swift client emits `disconnect` only when it stops reconnecting.
    const cut = nextEvent(device.client, version === SWIFT ? 'reconnect' : 'disconnect');
    for (const id of mine) system.cloud.drop(id);
    await cut;
    expect(await device.logins.at(1)).toEqual({ success: true, id: tom });
    const jerrys = await login(version, way, jerry);
    await jerrys.say(text(tom, 'welcome back'));
    expect(await device.messages.at()).toMatchObject({ content: { body: 'welcome back' } });
  });

  it('gets an error for a wrong key and is disconnected, so that it does not reconnect', async () => {
    const auth = credentials({ client: someone() }, 'wrong');
    const device = new Device(
      version,
      system.origin,
      way === 'URL' ? { query: { auth: JSON.stringify(auth) } } : { options: { auth } },
    );
    expect(await device.logins.at()).toMatchObject({ success: false, error: 5003 });
    // Only after a disconnect with this reason, stock clients do not reconnect.
    expect(await device.disconnects.at()).toBe(version === SWIFT ? 'Got Disconnect' : 'io server disconnect');
    expect(device.client.connected).toBe(false);
  });

  it('may join only the main namespace, where its events are refused with 5009', async () => {
    const device = new Device(version, system.origin, { namespace: '/' });
    await nextEvent(device.client, 'connect');
    device.client.emit('say', text(someone(), 'anybody?'));
    expect(await device.refusals.at()).toMatchObject({ error: 5009, message: expect.stringContaining('/chat') });
    await system.cloud.settled();
    expect(device.client.connected).toBe(true);
    expect([device.disconnects.received, device.logins.received]).toEqual([[], []]);
  });

  it('is refused other namespaces', async () => {
    const device = new Device(version, system.origin, { namespace: '/elsewhere' });
    // Before Socket.IO 3, a rejection is an `error` event that contains only the message.
    const [error] = await nextEvent(device.client, eioOf(version) === 3 ? 'error' : 'connect_error');
    expect(typeof error === 'string' ? error : (error as Error).message).toBe('Invalid namespace');
  });
});

it.each([
  ['1.4.8', '4.8.4'],
  ['4.8.4', '1.4.8'],
  ['2.5.0', '3.1.3'],
  [SWIFT, '4.8.4'],
] as const)('a %s talks with a %s', async (one, other) => {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const [toms, jerrys] = await Promise.all([
    Device.login(one, system.origin, tom),
    Device.login(other, system.origin, jerry),
  ]);
  await toms.say(text(jerry, `I am ${one}`));
  await jerrys.say(text(tom, `I am ${other}`));
  expect(await jerrys.messages.at()).toMatchObject({ content: { body: `I am ${one}` } });
  expect(await toms.messages.at()).toMatchObject({ content: { body: `I am ${other}` } });
});

it('answers the ping that the Swift client sends right after the open packet', async () => {
  const { client } = await Device.login(SWIFT, system.origin, someone());
  expect(client).toBeInstanceOf(SwiftClient);
  await expect.poll(() => client instanceof SwiftClient && client.pongs).toBe(1);
});

it("MaxIM's own way of connecting works: the auth object as it is in a query string, and no acknowledgements", async () => {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const jerrys = await Device.login('4.8.4', system.origin, jerry);
  const query = `auth=${JSON.stringify(credentials({ client: tom, notifyAll: true, install: 'an-installation' }))}`;
  const toms = new Device('1.4.8', system.origin, { options: { query } });
  expect(await toms.loggedIn()).toBe(tom);
  toms.client.emit('say', text(jerry, 'hi', { ack: 1 }));
  expect(await toms.acks.at()).toMatchObject({ ack: 1 });
  expect(await jerrys.messages.at()).toMatchObject({ from: { id: tom, type: 0 }, content: { body: 'hi' } });
});
