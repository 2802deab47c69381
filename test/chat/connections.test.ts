import { describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

const system = macaw();
const login = (who: string) => Device.login('4.8.4', system.origin, who);
const sessions = async (who: string) =>
  ((await rest(system.origin, 'GET', `/ctx/${who}`)).body as { sessions: number }).sessions;

async function connectionsDuring(act: () => Promise<unknown>): Promise<string[]> {
  const before = system.cloud.connections();
  await act();
  return system.cloud.connections().filter((id) => !before.includes(id));
}

describe('a connection that died without goodbye', () => {
  it("does not affect messages to its owner's other devices, and is removed", async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const toms = await login(tom);
    const alive = await login(jerry);
    const dead = await connectionsDuring(async () => {
      const device = new Device('4.8.4', system.origin, {
        query: { auth: JSON.stringify(credentials({ client: jerry })) },
        options: { reconnection: false },
      });
      await device.loggedIn();
    });
    expect(dead).toHaveLength(1);
    for (const id of dead) system.cloud.drop(id);
    expect(await sessions(jerry)).toBe(2);

    expect(await toms.say(text(jerry, 'are you there?'))).toMatchObject({ success: true });
    expect(await alive.messages.at()).toMatchObject({ content: { body: 'are you there?' } });
    await system.cloud.settled();
    expect(await sessions(jerry)).toBe(1);
  });
});

describe('a client that says goodbye', () => {
  it.each(['1.4.8', '2.5.0', '4.8.4'] as const)('(%s) is offline at once', async (version) => {
    const tom = someone('tom');
    const device = await Device.login(version, system.origin, tom);
    expect(await sessions(tom)).toBe(1);
    device.close();
    await device.disconnects.at();
    await expect.poll(() => sessions(tom)).toBe(0);
  });
});

describe('the handshake', () => {
  it('comes as each protocol wants it', async () => {
    const frames = async (EIO: string, login: Record<string, unknown>) => {
      const raw = await RawClient.connect(system.origin, {
        EIO,
        transport: 'websocket',
        auth: JSON.stringify(credentials(login)),
      });
      await raw.until((frame) => frame.includes('"login"'));
      raw.close();
      return raw.frames.received.map(String);
    };
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const third = await frames('3', { client: tom });
    expect(JSON.parse(String(third[0]).slice(1))).toEqual({
      ...{ sid: expect.any(String), upgrades: [], pingInterval: expect.any(Number), pingTimeout: expect.any(Number) },
    });
    expect(third.slice(1)).toEqual(['40', '40/chat', `42/chat,["login",{"success":true,"id":"${tom}"}]`]);

    const fourth = await frames('4', { client: jerry });
    const { sid, ...handshake } = JSON.parse(String(fourth[0]).slice(1));
    expect(handshake).toEqual({
      upgrades: [],
      pingInterval: expect.any(Number),
      pingTimeout: expect.any(Number),
      maxPayload: 32_768,
    });
    expect(fourth.slice(1)).toEqual([`40/chat,{"sid":"${sid}"}`, `42/chat,["login",{"success":true,"id":"${jerry}"}]`]);
  });

  it('takes a client that names no Engine.IO version for one of version 3', async () => {
    const tom = someone('tom');
    const auth = JSON.stringify(credentials({ client: tom }));
    const raw = await RawClient.connect(system.origin, { transport: 'websocket', auth });
    await raw.until((frame) => frame.includes('"login"'));
    raw.close();
    const [open, ...others] = raw.frames.received.map(String);
    expect(JSON.parse(String(open).slice(1))).not.toHaveProperty('maxPayload');
    expect(others).toEqual(['40', '40/chat', `42/chat,["login",{"success":true,"id":"${tom}"}]`]);
  });

  it.each([
    ['no transport', { EIO: '4' }, 'HTTP 400'],
    ['an unknown Engine.IO version', { EIO: '5', transport: 'websocket' }, 'HTTP 403'],
    ['an Engine.IO version of the past', { EIO: '2', transport: 'websocket' }, 'HTTP 403'],
    ['another transport', { EIO: '4', transport: 'flashsocket' }, 'HTTP 400'],
  ])('with %s is turned away', async (_, query, error) => {
    await expect(RawClient.connect(system.origin, query as Record<string, string>)).rejects.toThrow(error);
  });
});

it('a connection whose handshake cannot be sent is closed', { tags: 'slow' }, async () => {
  // The number of attempts to post the open packet.
  system.cloud.throttle('execute-api', 5);
  const raw = await RawClient.connect(system.origin, { EIO: '4', transport: 'websocket' });
  await raw.closed;
  expect(raw.frames.received).toEqual([]);
});

describe('a session that a client presents', () => {
  it.each(['URL', 'CONNECT payload'] as const)('is not continued, with credentials in the %s', async (way) => {
    const tom = someone('tom');
    const auth = credentials({ client: tom });
    const session = { pid: 'a-session-of-the-past', offset: 'the-last-event' };
    const device = new Device(
      '4.8.4',
      system.origin,
      way === 'URL'
        ? { query: { auth: JSON.stringify(auth) }, options: { auth: session } }
        : { options: { auth: { ...auth, ...session } } },
    );
    expect(await device.loggedIn()).toBe(tom);
    expect(device.client).toMatchObject({ connected: true });
    expect('recovered' in device.client && device.client.recovered).toBeFalsy();
    expect(await sessions(tom)).toBe(1);
  });
});
