import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Device, text } from '../support/device.ts';
import { app, befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';
import { watcher as watch } from '../support/watcher.ts';

const system = macaw();

const watcher = (version: '1.4.8' | '4.8.4', login: string | Record<string, unknown>) =>
  watch(version, system.origin, login);

const login = (who: string | Record<string, unknown>, version: '1.4.8' | '4.8.4' = '4.8.4') =>
  Device.login(version, system.origin, who);

const settled = () => system.cloud.settled();

/** Waits until `count` connections are open and all closed ones are processed. */
async function connected(count: number): Promise<void> {
  await expect.poll(() => system.cloud.connections().length, { timeout: 10_000 }).toBe(count);
  await settled();
}

beforeEach(() => connected(0), 30_000);

/** Closes devices normally, and waits until that is processed. */
async function close(...devices: Device[]): Promise<void> {
  const left = system.cloud.connections().length - devices.length;
  for (const device of devices) device.close();
  await connected(left);
}

/** A device that does not reconnect. */
async function raw(login: Record<string, unknown>, EIO = '4'): Promise<RawClient> {
  const auth = JSON.stringify(credentials(login));
  const client = await RawClient.connect(system.origin, { EIO, transport: 'websocket', auth });
  onTestFinished(() => client.close());
  await client.until((frame) => frame.includes('"login"'));
  return client;
}

/** A device that does not reconnect, and its connection id. */
async function mortal(login: Record<string, unknown>, EIO?: string): Promise<{ id: string; close: () => void }> {
  const client = await raw(login, EIO);
  return { id: JSON.parse(String(client.frames.received[0]).slice(1)).sid, close: () => client.close() };
}

/** Connects a device and drops it without a disconnect event. */
async function die(client: string): Promise<void> {
  const { id } = await mortal({ client });
  await settled();
  system.cloud.drop(id);
}

async function friends(...names: string[]): Promise<string[]> {
  const [first, ...others] = names.map(someone);
  for (const other of others) await befriend(system.origin, String(first), other);
  return [String(first), ...others];
}

const sessions = async (who: string) =>
  ((await rest(system.origin, 'GET', `/ctx/${who}`)).body as { sessions: number }).sessions;

describe.each(['1.4.8', '4.8.4'] as const)('a friend with socket.io-client %s', (version) => {
  it('is sent when the first device of a user connects and the last one disconnects, and not in between', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { received } = await watcher(version, String(tom));
    const phone = await login(String(jerry), version);
    await settled();
    expect(received).toEqual([`online ${jerry}`]);
    const tablet = await login(String(jerry));
    await close(phone);
    expect(received).toEqual([`online ${jerry}`]);
    await close(tablet);
    expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`]);
    await login(String(jerry), version);
    await settled();
    expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`, `online ${jerry}`]);
  });
});

describe('presence', () => {
  it('is sent to all devices of friends, and to no other users', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const phone = await watcher('1.4.8', String(tom));
    const tablet = await watcher('4.8.4', String(tom));
    const stranger = await watcher('4.8.4', someone('spike'));
    const visitor = await watcher('4.8.4', { passenger: { name: 'Tyke' } });
    await close(await login(String(jerry)));
    for (const { received } of [phone, tablet]) expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`]);
    for (const { received } of [stranger, visitor]) expect(received).toEqual([]);
  });

  it('is sent for users who log in by CONNECT payload and leave the namespace', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { received } = await watcher('4.8.4', String(tom));
    const device = new Device('4.8.4', system.origin, {
      options: { auth: credentials({ client: jerry }), reconnection: false },
    });
    await device.loggedIn();
    await settled();
    expect(received).toEqual([`online ${jerry}`]);
    await close(device);
    expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  });

  it('is sent although the responses of writes are lost', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { received } = await watcher('4.8.4', String(tom));
    system.cloud.lose('UpdateItem');
    onTestFinished(() => system.cloud.lose(undefined));
    const device = await login(String(jerry));
    await settled();
    expect(received).toEqual([`online ${jerry}`]);
    await close(device);
    expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  });

  it('is complete in lists although DynamoDB leaves a part of each batch', async () => {
    const [tom, jerry, spike, tyke] = await friends('tom', 'jerry', 'spike', 'tyke');
    await login(String(spike));
    const list = async () => {
      const mark = system.cloud.calls.mark();
      const { body } = await rest(system.origin, 'GET', `/ctx/${tom}/friends?detail`);
      return { body, reads: system.cloud.calls.summary(mark).calls['dynamodb:BatchGetItem'] ?? 0 };
    };
    const { reads } = await list();
    system.cloud.leaveItems(true);
    onTestFinished(() => system.cloud.leaveItems(false));
    const divided = await list();
    const expected = [jerry, spike, tyke].map((id) => expect.objectContaining({ id, online: id === spike }));
    expect(divided.body).toEqual(expect.arrayContaining(expected));
    expect(divided.reads).toBeGreaterThan(reads);
  });

  it('is sent to new friends at the next change, and no longer to former friends', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const { received } = await watcher('4.8.4', tom);
    const jerrys = await login(jerry);
    await befriend(system.origin, tom, jerry);
    await settled();
    expect(received).toEqual([]);
    await close(jerrys);
    expect(received).toEqual([`offline ${jerry}`]);
    const again = await login(jerry);
    await settled();
    await rest(system.origin, 'DELETE', `/ctx/${tom}/friends/${jerry}`);
    await close(again);
    expect(received).toEqual([`offline ${jerry}`, `online ${jerry}`]);
  });

  it('does not change by a login that is refused', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { received } = await watcher('4.8.4', String(tom));
    const device = new Device('4.8.4', system.origin, {
      query: { auth: JSON.stringify(credentials({ client: jerry }, 'no such key')) },
      options: { reconnection: false },
    });
    expect(await device.logins.at()).toMatchObject({ success: false });
    await device.disconnects.at();
    await settled();
    expect(received).toEqual([]);
  });

  it('is sent to more connections than the login posts to directly', { tags: 'slow' }, async () => {
    const [jerry, tom, butch] = await friends('jerry', 'tom', 'butch');
    const watchers: RawClient[] = [];
    for (let n = 0; n < 17; n++) {
      watchers.push(
        ...(await Promise.all([tom, butch].flatMap((friend) => [1, 2, 3].map(() => raw({ client: friend }))))),
      );
    }
    await settled();
    const jerrys = await login(String(jerry));
    await settled();
    const heard = (event: string) =>
      watchers.map(
        ({ frames }) => frames.received.filter((frame) => frame === `42/chat,["${event}","${jerry}"]`).length,
      );
    expect(heard('online')).toEqual(watchers.map(() => 1));
    await close(jerrys);
    expect(heard('offline')).toEqual(watchers.map(() => 1));
  });

  it('of a visitor is not sent, even if they request it', async () => {
    const { received } = await watcher('4.8.4', someone('tom'));
    await close(await login({ passenger: { name: 'Tyke' }, notifyAll: true }));
    expect(received).toEqual([]);
  });
});

describe('a connection that died without goodbye', () => {
  it('is announced by the next message to it', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { device, received } = await watcher('4.8.4', String(tom));
    await die(String(jerry));
    await settled();
    expect(received).toEqual([`online ${jerry}`]);
    await device.say(text(String(jerry), 'are you there?'));
    await settled();
    expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`]);
    expect(await sessions(String(jerry))).toBe(0);
  });

  it('is announced by the next heartbeat', { tags: 'slow' }, async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { received } = await watcher('4.8.4', String(tom));
    await die(String(jerry));
    for (let minute = 1; minute <= 4; minute++) {
      await system.cloud.invoke('Heartbeat', { time: new Date(Date.now() + minute * 60_000).toISOString() });
    }
    await settled();
    expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  });

  it('is sent when it coincides with the event of another user', { tags: 'slow' }, async () => {
    const [tom, jerry, butch] = await friends('tom', 'jerry', 'butch');
    const { received } = await watcher('4.8.4', String(tom));
    await befriend(system.origin, String(jerry), String(butch));
    const butchs = await login(String(butch));
    await die(String(jerry));
    await settled();
    await close(butchs);
    expect(received.toSorted()).toEqual(
      [`online ${butch}`, `online ${jerry}`, `offline ${butch}`, `offline ${jerry}`].toSorted(),
    );
  });
});

describe('notifyAll', () => {
  it('has everybody received, friends both ways, the device that came not at all', async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const friend = await watcher('1.4.8', String(tom));
    const stranger = await watcher('4.8.4', someone('spike'));
    const visitor = await watcher('4.8.4', { passenger: { name: 'Tyke' } });
    const self = await watcher('4.8.4', { client: jerry, notifyAll: true });
    await settled();
    expect(friend.received.toSorted()).toEqual([`online ${jerry}`, `online_x ${jerry}`]);
    for (const { received } of [stranger, visitor]) expect(received).toEqual([`online_x ${jerry}`]);
    expect(self.received).toEqual([]);
    await close(self.device);
    expect(friend.received.slice(2).toSorted()).toEqual([`offline ${jerry}`, `offline_x ${jerry}`]);
    for (const { received } of [stranger, visitor])
      expect(received).toEqual([`online_x ${jerry}`, `offline_x ${jerry}`]);
  });

  it('counts once any device wants it, until the last one goes', async () => {
    const jerry = someone('jerry');
    const { received } = await watcher('4.8.4', someone('spike'));
    const quiet = await login(jerry);
    await settled();
    expect(received).toEqual([]);
    const loud = await login({ client: jerry, notifyAll: true });
    const louder = await login({ client: jerry, notifyAll: true });
    await settled();
    expect(received).toEqual([`online_x ${jerry}`]);
    await close(loud, louder);
    expect(received).toEqual([`online_x ${jerry}`]);
    await close(quiet);
    expect(received).toEqual([`online_x ${jerry}`, `offline_x ${jerry}`]);
  });
});

describe('races', () => {
  it('of ten devices that come and go at once make one event each', { tags: 'slow' }, async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { received } = await watcher('4.8.4', String(tom));
    const devices = await Promise.all(Array.from({ length: 10 }, () => login(String(jerry))));
    await settled();
    expect(received).toEqual([`online ${jerry}`]);
    await close(...devices);
    expect(received).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  });

  it('of some that come while others go make as many events of each kind as there were changes', {
    tags: 'slow',
  }, async () => {
    const [tom, jerry] = await friends('tom', 'jerry');
    const { received } = await watcher('4.8.4', String(tom));
    let here = await login(String(jerry));
    for (let round = 0; round < 8; round++) {
      here.close();
      here = await login(String(jerry));
    }
    await connected(2);
    // The order may vary, because two invocations send them concurrently.
    const changes = received.filter((event) => event === `online ${jerry}`).length;
    expect(changes).toBeGreaterThan(0);
    expect(received.filter((event) => event === `offline ${jerry}`)).toHaveLength(changes - 1);
    await close(here);
    expect(received).toHaveLength(2 * changes);
    expect(received.at(-1)).toBe(`offline ${jerry}`);
  });
});

describe('five users with several devices', () => {
  const deed = fc.constantFrom('come', 'come thrice', 'close', 'cut', 'end all', 'stay');
  const SEED = 1303;
  const ROUNDS = Number(process.env.MACAW_PRESENCE_ROUNDS ?? 5);
  const rounds = fc.sample(fc.tuple(deed, deed, deed, deed, deed), { seed: SEED, numRuns: ROUNDS });

  it(`are announced as a model says, whatever they do at once (seed ${SEED})`, { tags: 'slow' }, async () => {
    const [witness, ...users] = await friends('witness', 'a', 'b', 'c', 'd', 'e');
    for (const user of users) for (const other of users) if (user < other) await befriend(system.origin, user, other);
    const { received } = await watcher('4.8.4', String(witness));
    const loud = users[0];
    const open = new Map<string, { id: string; close: () => void }[]>(users.map((user) => [user, []]));

    const come = (user: string, n: number) =>
      mortal({ client: user, ...(user === loud && { notifyAll: true }) }, n % 2 === 0 ? '3' : '4');
    const act = async (user: string, deed: string, devices: { id: string; close: () => void }[]) => {
      const count = { come: 1, 'come thrice': 3 }[deed] ?? 0;
      devices.push(...(await Promise.all(Array.from({ length: count }, (_, n) => come(user, n + devices.length)))));
      const ending = devices.splice(0, { close: 1, cut: 1, 'end all': devices.length }[deed] ?? 0);
      ending.forEach((device, n) => {
        if (deed === 'cut' || n % 2 === 1) system.cloud.drop(device.id);
        else device.close();
      });
    };

    for (const [n, deeds] of rounds.entries()) {
      const before = users.map((user) => open.get(user)?.length ?? 0);
      received.length = 0;
      await Promise.all(users.map((user, n) => act(user, String(deeds[n]), open.get(user) ?? [])));
      const now = users.map((user) => open.get(user)?.length ?? 0);
      await connected(1 + now.reduce((sum, count) => sum + count));
      // An event to all users detects connections that were lost silently.
      const body = { content: { media: 0, body: 'hello' } };
      await rest(system.origin, 'POST', '/system', { body, headers: { 'X-ML-MasterKey': app.masterKey } });
      await settled();
      const expected = users.flatMap((user, n) => {
        if ((before[n] === 0) === (now[n] === 0)) return [];
        const event = now[n] === 0 ? 'offline' : 'online';
        return [`${event} ${user}`, ...(user === loud ? [`${event}_x ${user}`] : [])];
      });
      expect({ n, received: received.toSorted() }).toEqual({ n, received: expected.toSorted() });
      const { body: seen } = await rest(system.origin, 'GET', `/ctx/${witness}/friends?detail`);
      const online = (seen as { id: string; online: boolean }[]).filter(({ online }) => online).map(({ id }) => id);
      expect({ n, online: online.toSorted() }).toEqual({
        n,
        online: users.filter((_, n) => now[n] !== 0).toSorted(),
      });
    }
    for (const devices of open.values()) for (const device of devices) device.close();
  });
});
