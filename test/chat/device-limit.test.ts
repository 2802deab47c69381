import { describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { app, credentials, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

const system = database(() => ({}));

const MAX_DEVICES = 100;
const HOUR_S = 60 * 60;
const MINUTE = 60_000;

const sessions = async (who: string) =>
  ((await rest(system.origin, 'GET', `/ctx/${who}`)).body as { sessions: number }).sessions;

async function connect(EIO: '3' | '4', client: string) {
  const auth = JSON.stringify(credentials({ client }));
  const raw = await RawClient.connect(system.origin, { EIO, transport: 'websocket', auth });
  await raw.until((frame) => frame.includes('"login"'));
  const id = raw.connectionId;
  return { raw, id, isOpen: () => system.cloud.connections().includes(id) };
}

/** Makes a user have as many connections as they can: these, and others that never existed. */
async function fill(user: string, own: readonly string[], fake: (n: number) => object | undefined): Promise<void> {
  const items = Array.from({ length: MAX_DEVICES - own.length }, (_, n) => ({ id: `${user}-${n}`, item: fake(n) }));
  await system.database.addConnections([
    {
      pk: `${app.id}#user#${user}`,
      announced: 'friends',
      connections: new Set([...own, ...items.map(({ id }) => id)]),
    },
    ...items.flatMap(({ id, item }) =>
      item ? [{ pk: `connection#${id}`, app: app.id, kind: 'user', id: user, ...item }] : [],
    ),
  ]);
}

const openedAt = (ms: number) => ({ expires: Math.ceil(ms / 1000) + 3 * HOUR_S });

describe('a user who has as many devices as they can', () => {
  it('logs in on another, in place of a connection that is not there any more', async () => {
    const tom = someone('tom');
    await fill(tom, [], () => undefined);
    const device = await Device.login('4.8.4', system.origin, tom);
    expect(device.logins.received).toEqual([{ success: true, id: tom }]);
    expect(await sessions(tom)).toBe(MAX_DEVICES);
  });

  it('loses the connection that has not answered pings for the longest time (EIO=4)', async () => {
    const tom = someone('tom');
    const now = Date.now();
    const [oldest, other] = [await connect('4', tom), await connect('4', tom)];
    await fill(tom, [oldest.id, other.id], (n) => ({
      shard: 'ping#0',
      ...openedAt(now - HOUR_S * 1000),
      pinged: now + MINUTE,
      // What was heard later than the two that have just logged in was opened earlier.
      answered: now + (n + 1) * MINUTE,
    }));
    await Device.login('4.8.4', system.origin, tom);
    await oldest.raw.closed;
    await system.cloud.settled();
    expect([oldest.isOpen(), other.isOpen()]).toEqual([false, true]);
    expect(await sessions(tom)).toBe(MAX_DEVICES);
  });

  it('keeps a connection whose client pings by itself, in place of one that is gone (EIO=3)', async () => {
    const tom = someone('tom');
    const now = Date.now();
    const old = await connect('3', tom);
    await fill(tom, [old.id], (n) =>
      n === 0
        ? { shard: 'check#0', ...openedAt(now + HOUR_S * 1000) }
        : { shard: 'ping#0', ...openedAt(now + HOUR_S * 1000) },
    );
    await Device.login('1.4.8', system.origin, tom);
    await system.cloud.settled();
    expect(old.isOpen()).toBe(true);
    expect(await sessions(tom)).toBe(MAX_DEVICES);
    const left = (await system.database.connections()).find(({ pk }) => pk === `${app.id}#user#${tom}`);
    expect(left?.connections).toContain(old.id);
    expect(left?.connections).not.toContain(`${tom}-0`);
  });

  it('logs in on several devices at the same time', async () => {
    const tom = someone('tom');
    await fill(tom, [], () => undefined);
    const devices = await Promise.all(Array.from({ length: 3 }, () => Device.login('4.8.4', system.origin, tom)));
    expect(devices.map(({ logins }) => logins.received.at(-1))).toEqual(Array(3).fill({ success: true, id: tom }));
    expect(await sessions(tom)).toBeLessThanOrEqual(MAX_DEVICES);
  });
});
