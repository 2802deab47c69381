// @module-tag slow

import { beforeEach, describe, expect, it } from 'vitest';
import { credentials, macaw, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';
import { testApi } from '../support/test-api.ts';
import { watcher } from '../support/watcher.ts';

const system = macaw();
const { users, call } = testApi(system);

const MINUTE = 60_000;
const PINGS_EVERY = 4;
const CHECKS_EVERY = 10;

/** Start of the test, epoch ms. Clients connect in this minute or the next one. */
let start = 0;
beforeEach(() => {
  start = Date.now();
});

/** Runs the schedule for `count` minutes, starting `first` minutes after the start of the test. */
async function minutes(first: number, count: number): Promise<void> {
  for (let n = first; n < first + count; n++) {
    await system.cloud.invoke('Heartbeat', { time: new Date(start + n * MINUTE).toISOString() });
  }
  await system.cloud.settled();
}

async function connect(EIO: '3' | '4', client = someone()) {
  const auth = JSON.stringify(credentials({ client }));
  const raw = await RawClient.connect(system.origin, { EIO, transport: 'websocket', auth });
  await raw.until((frame) => frame.includes('"login"'));
  const { sid: id } = JSON.parse(String(raw.frames.received[0]).slice(1));
  return {
    ...{ raw, id },
    isOpen: () => system.cloud.connections().includes(id),
    /** Number of received pings. */
    pings: () => raw.frames.received.filter((frame) => frame === '2').length,
    /** Answers a ping, and waits until the server has processed the answer. */
    async pong() {
      raw.send('3');
      // The gateway answers a frame only after the frames before it.
      raw.send('2after');
      await raw.until((frame) => frame === '3after');
      await system.cloud.settled();
    },
  };
}

const sessions = async (who: string) => ((await call('GET', `/ctx/${who}`)).body as { sessions: number }).sessions;

/** A user with a friend who receives their presence events. */
async function watched(): Promise<{ tom: string; received: string[] }> {
  const [tom = '', jerry = ''] = await users('tom', 'jerry');
  await call('POST', `/ctx/${tom}/friends/${jerry}`);
  const { received } = await watcher('4.8.4', system.origin, jerry);
  return { tom, received };
}

describe('heartbeats', () => {
  it('are answered to Engine.IO 3 clients', async () => {
    const { raw } = await connect('3');
    raw.send('2');
    expect(await raw.until((frame) => frame.startsWith('3'))).toBe('3');
    raw.send('2probe');
    expect(await raw.until((frame) => frame.startsWith('3probe'))).toBe('3probe');
    raw.close();
  });

  it('are sent to Engine.IO 4 clients once per interval, and to no other clients', async () => {
    const [old, recent] = await Promise.all([connect('3'), connect('4')]);
    await minutes(1, PINGS_EVERY);
    expect(recent.pings()).toBe(1);
    await recent.pong();
    await minutes(1 + PINGS_EVERY, PINGS_EVERY);
    expect(recent.pings()).toBe(2);
    expect(old.pings()).toBe(0);
    expect([recent, old].map(({ isOpen }) => isOpen())).toEqual([true, true]);
    old.raw.close();
    recent.raw.close();
  });

  it('are made up for when the schedule skips a minute', async () => {
    // Each run handles the minute after it. Both of these minutes have the phase of the second minute after the start,
    // in which the client is not due. Only a run that makes up for the minutes between pings the client.
    await minutes(441, 1);
    const { raw, pings } = await connect('4');
    await minutes(445, 1);
    expect(pings()).toBe(1);
    raw.close();
  });

  it('are not sent twice, however often a minute is run', async () => {
    const { raw, pings } = await connect('4');
    await Promise.all([minutes(1, PINGS_EVERY), minutes(1, PINGS_EVERY)]);
    await minutes(1, PINGS_EVERY);
    expect(pings()).toBe(1);
    raw.close();
  });
});

describe('a client that died while its connection takes what is posted', () => {
  it('is found by the ping after the one that it did not answer (EIO=4)', async () => {
    const { tom, received } = await watched();
    const toms = await connect('4', tom);
    await minutes(1, PINGS_EVERY);
    await toms.pong();
    await minutes(1 + PINGS_EVERY, PINGS_EVERY);
    expect([toms.isOpen(), await sessions(tom)]).toEqual([true, 1]);
    await minutes(1 + 2 * PINGS_EVERY, PINGS_EVERY);
    expect([toms.isOpen(), await sessions(tom)]).toEqual([false, 0]);
    expect(toms.pings()).toBe(2);
    expect(received).toEqual([`online ${tom}`, `offline ${tom}`]);
  });

  it('is found by its silence (EIO=3)', async () => {
    const { tom, received } = await watched();
    const toms = await connect('3', tom);
    await minutes(CHECKS_EVERY, CHECKS_EVERY);
    expect([toms.isOpen(), await sessions(tom)]).toEqual([false, 0]);
    expect(received).toEqual([`online ${tom}`, `offline ${tom}`]);
  });
});

describe('a disconnect that is not reported', () => {
  it.each(['3', '4'] as const)('is found by the next look at the connection (EIO=%s)', async (EIO) => {
    const { tom, received } = await watched();
    const { id } = await connect(EIO, tom);
    system.cloud.drop(id);
    expect(await sessions(tom)).toBe(1);
    await minutes(1, EIO === '4' ? PINGS_EVERY : CHECKS_EVERY);
    expect(await sessions(tom)).toBe(0);
    expect(received).toEqual([`online ${tom}`, `offline ${tom}`]);
  });

  it('does not occur while an Engine.IO 3 client pings', async () => {
    const { raw, isOpen } = await connect('3');
    // Earlier checks must find no connection that was silent too long.
    await minutes(-CHECKS_EVERY, CHECKS_EVERY);
    expect(isOpen()).toBe(true);
    raw.close();
  });
});
