import { describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

const system = macaw();

/** Somebody who watches: what he has been told of others' presence, in order. */
async function watcher(version: '1.4.8' | '4.8.4', login: string | Record<string, unknown>) {
  const device = await Device.login(version, system.origin, login);
  const told: string[] = [];
  for (const event of ['online', 'offline', 'online_x', 'offline_x']) {
    device.client.on(event, (...args) => told.push([event, ...args].join(' ')));
  }
  return { device, told };
}

const login = (who: string | Record<string, unknown>, version: '1.4.8' | '4.8.4' = '4.8.4') =>
  Device.login(version, system.origin, who);

async function settled(): Promise<void> {
  await system.cloud.settled();
}

/** Closes devices as their users would, and waits until everything has come of it. */
async function close(...devices: Device[]): Promise<void> {
  for (const device of devices) device.close();
  await Promise.all(devices.map((device) => device.disconnects.at()));
  await settled();
}

/** A device that does not come back by itself, and the id of its connection. */
async function mortal(client: string): Promise<string> {
  const auth = JSON.stringify(credentials({ client }));
  const raw = await RawClient.connect(system.origin, { EIO: '4', transport: 'websocket', auth });
  await raw.until((frame) => frame.includes('"login"'));
  return JSON.parse(String(raw.frames.received[0]).slice(1)).sid;
}

async function friends(...names: string[]): Promise<string[]> {
  const [first, ...others] = names.map(someone);
  for (const other of others) await befriend(system.origin, String(first), other);
  return [String(first), ...others];
}

const sessions = async (who: string) =>
  ((await rest(system.origin, 'GET', `/ctx/${who}`)).body as { sessions: number }).sessions;

describe.each(['1.4.8', '4.8.4'] as const)('a friend with socket.io-client %s', (version) => {
  it('is told when the first device of a user comes and when the last one goes, and of none between', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { told } = await watcher(version, String(tom));
    const phone = await login(String(jerry), version);
    await settled();
    expect(told).toEqual([`online ${jerry}`]);
    const tablet = await login(String(jerry));
    await close(phone);
    expect(told).toEqual([`online ${jerry}`]);
    await close(tablet);
    expect(told).toEqual([`online ${jerry}`, `offline ${jerry}`]);
    await login(String(jerry), version);
    await settled();
    expect(told).toEqual([`online ${jerry}`, `offline ${jerry}`, `online ${jerry}`]);
  });
});

describe('presence', () => {
  it('is told to all devices of friends, and to nobody else', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const phone = await watcher('1.4.8', String(tom));
    const tablet = await watcher('4.8.4', String(tom));
    const stranger = await watcher('4.8.4', someone('spike'));
    const visitor = await watcher('4.8.4', { passenger: { name: 'Tyke' } });
    await close(await login(String(jerry)));
    for (const { told } of [phone, tablet]) expect(told).toEqual([`online ${jerry}`, `offline ${jerry}`]);
    for (const { told } of [stranger, visitor]) expect(told).toEqual([]);
  });

  it('is told of users who log in by the CONNECT payload, and leave the namespace', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { told } = await watcher('4.8.4', String(tom));
    const device = new Device('4.8.4', system.origin, {
      options: { auth: credentials({ client: jerry }), reconnection: false },
    });
    await device.loggedIn();
    await settled();
    expect(told).toEqual([`online ${jerry}`]);
    await close(device);
    expect(told).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  });

  it('is told to who became a friend meanwhile when it changes, and no longer to who ended the friendship', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const { told } = await watcher('4.8.4', tom);
    const jerrys = await login(jerry);
    await befriend(system.origin, tom, jerry);
    await settled();
    expect(told).toEqual([]);
    await close(jerrys);
    expect(told).toEqual([`offline ${jerry}`]);
    const again = await login(jerry);
    await settled();
    await rest(system.origin, 'DELETE', `/ctx/${tom}/friends/${jerry}`);
    await close(again);
    expect(told).toEqual([`offline ${jerry}`, `online ${jerry}`]);
  });

  it('does not change by a login that is refused', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { told } = await watcher('4.8.4', String(tom));
    const device = new Device('4.8.4', system.origin, {
      query: { auth: JSON.stringify(credentials({ client: jerry }, 'no such key')) },
      options: { reconnection: false },
    });
    expect(await device.logins.at()).toMatchObject({ success: false });
    await device.disconnects.at();
    await settled();
    expect(told).toEqual([]);
  });

  it('of a visitor is told to nobody, even if he wants that', async () => {
    const { told } = await watcher('4.8.4', someone('tom'));
    await close(await login({ passenger: { name: 'Tyke' }, notifyAll: true }));
    expect(told).toEqual([]);
  });
});

describe('a connection that died without goodbye', () => {
  it('is announced by the next message to it', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { device, told } = await watcher('4.8.4', String(tom));
    system.cloud.drop(await mortal(String(jerry)));
    await settled();
    expect(told).toEqual([`online ${jerry}`]);
    await device.say(text(String(jerry), 'are you there?'));
    await settled();
    expect(told).toEqual([`online ${jerry}`, `offline ${jerry}`]);
    expect(await sessions(String(jerry))).toBe(0);
  });

  it('is announced by the next heartbeat', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { told } = await watcher('4.8.4', String(tom));
    system.cloud.drop(await mortal(String(jerry)));
    await system.cloud.invoke('Heartbeat', { time: new Date(Date.now() + 5 * 60_000).toISOString() });
    await settled();
    expect(told).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  });

  it('is announced when the announcement of somebody else meets it', async () => {
    const [tom, jerry, butch] = await friends('tom', 'jerry', 'butch');
    const { told } = await watcher('4.8.4', String(tom));
    await befriend(system.origin, String(jerry), String(butch));
    const butchs = await login(String(butch));
    system.cloud.drop(await mortal(String(jerry)));
    await settled();
    await close(butchs);
    expect(told.toSorted()).toEqual(
      [`online ${butch}`, `online ${jerry}`, `offline ${butch}`, `offline ${jerry}`].toSorted(),
    );
  });
});

describe('notifyAll', () => {
  it('has everybody told, friends both ways, the device that came not at all', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const friend = await watcher('1.4.8', String(tom));
    const stranger = await watcher('4.8.4', someone('spike'));
    const visitor = await watcher('4.8.4', { passenger: { name: 'Tyke' } });
    const self = await watcher('4.8.4', { client: jerry, notifyAll: true });
    await settled();
    expect(friend.told.toSorted()).toEqual([`online ${jerry}`, `online_x ${jerry}`]);
    for (const { told } of [stranger, visitor]) expect(told).toEqual([`online_x ${jerry}`]);
    expect(self.told).toEqual([]);
    await close(self.device);
    expect(friend.told.slice(2).toSorted()).toEqual([`offline ${jerry}`, `offline_x ${jerry}`]);
    for (const { told } of [stranger, visitor]) expect(told).toEqual([`online_x ${jerry}`, `offline_x ${jerry}`]);
  });

  it('counts once any device wants it, until the last one goes', async () => {
    const jerry = someone('jerry');
    const { told } = await watcher('4.8.4', someone('spike'));
    const quiet = await login(jerry);
    await settled();
    expect(told).toEqual([]);
    const loud = await login({ client: jerry, notifyAll: true });
    const louder = await login({ client: jerry, notifyAll: true });
    await settled();
    expect(told).toEqual([`online_x ${jerry}`]);
    await close(loud, louder);
    expect(told).toEqual([`online_x ${jerry}`]);
    await close(quiet);
    expect(told).toEqual([`online_x ${jerry}`, `offline_x ${jerry}`]);
  });
});

describe('races', () => {
  it('of ten devices that come and go at once make one event each', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { told } = await watcher('4.8.4', String(tom));
    const devices = await Promise.all(Array.from({ length: 10 }, () => login(String(jerry))));
    await settled();
    expect(told).toEqual([`online ${jerry}`]);
    await close(...devices);
    expect(told).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  });

  it('of some that come while others go leave a friend with what is true', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { told } = await watcher('4.8.4', String(tom));
    let here = [await login(String(jerry))];
    for (let round = 0; round < 6; round++) {
      const [come] = await Promise.all([login(String(jerry)), close(...here)]);
      here = [come];
    }
    await settled();
    told.forEach((event, n) => {
      expect(event).toBe(`${n % 2 === 0 ? 'online' : 'offline'} ${jerry}`);
    });
    expect(told.at(-1)).toBe(`online ${jerry}`);
    await close(...here);
    expect(told.at(-1)).toBe(`offline ${jerry}`);
  });
});
