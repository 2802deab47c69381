import { describe, expect, it } from 'vitest';
import { Inbox } from '../support/collect.ts';
import { database } from '../support/database.ts';
import type { Device } from '../support/device.ts';
import { app, rest, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({}));
const { call, create, login } = testApi(system);

const EVENTS = ['befriended', 'unfriended', 'joined', 'left', 'changed', 'deleted'];

/** Users of whom nobody has been told anything. */
async function users(...names: string[]): Promise<string[]> {
  const ids = names.map(someone);
  await system.database.addUsers(app.id, ids);
  return ids;
}

/** A device, and all that it was told of changes, in the order in which that came. */
class Watcher {
  readonly told: [string, unknown][] = [];
  readonly #all: Inbox;

  constructor(device: Device) {
    const listeners: ((argument: unknown) => void)[] = [];
    this.#all = new Inbox({ on: (_, listener) => listeners.push(listener) }, 'any');
    for (const name of EVENTS) {
      device.client.on(name, (argument) => {
        this.told.push([name, argument]);
        for (const listener of listeners) listener(argument);
      });
    }
  }

  /** What it was told when it has been told so much. */
  async count(count: number): Promise<[string, unknown][]> {
    await this.#all.count(count);
    return this.told;
  }
}

const watch = async (...ids: string[]) => Promise.all(ids.map(async (id) => new Watcher(await login(id))));

/** Waits until nothing is under way, so that what has not come does not come. */
const settled = () => system.cloud.settled();

const deliveries = (mark: number) =>
  system.cloud.calls.since(mark).filter((entry) => entry.service === 'invocation' && /^Deliver/.test(entry.functionId))
    .length;

describe('friends', () => {
  it('are told on all their devices that they are friends, and that they are no longer', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const [toms, pad, jerrys] = await watch(tom, tom, jerry);
    await call('POST', `/ctx/${tom}/friends/${jerry}`);
    for (const device of [toms, pad]) expect(await device?.count(1)).toEqual([['befriended', { id: jerry }]]);
    expect(await jerrys?.count(1)).toEqual([['befriended', { id: tom }]]);
    await call('DELETE', `/ctx/${jerry}/friends/${tom}`);
    for (const device of [toms, pad]) expect((await device?.count(2))?.[1]).toEqual(['unfriended', { id: jerry }]);
    expect((await jerrys?.count(2))?.[1]).toEqual(['unfriended', { id: tom }]);
  });

  it('are told nothing when nothing changes', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await call('POST', `/ctx/${tom}/friends/${jerry}`);
    await settled();
    const [toms] = await watch(tom);
    await settled();
    const mark = system.cloud.calls.mark();
    await call('POST', `/ctx/${jerry}/friends/${tom}`);
    await call('POST', `/ctx/${tom}/friends`, [jerry]);
    await call('DELETE', `/ctx/${tom}/friends/${someone('nobody')}`);
    await settled();
    expect(deliveries(mark)).toBe(0);
    expect(toms?.told).toEqual([]);
  });

  it('that come at once are told by one invocation', async () => {
    const [tom = '', jerry = '', butch = '', spike = ''] = await users('tom', 'jerry', 'butch', 'spike');
    await call('POST', `/ctx/${tom}/friends/${spike}`);
    const [toms, jerrys, butchs, spikes] = await watch(tom, jerry, butch, spike);
    await settled();
    const mark = system.cloud.calls.mark();
    await call('POST', `/ctx/${tom}/friends`, [jerry, butch, spike]);
    expect(await toms?.count(2)).toEqual([
      ['befriended', { id: jerry }],
      ['befriended', { id: butch }],
    ]);
    for (const one of [jerrys, butchs]) expect(await one?.count(1)).toEqual([['befriended', { id: tom }]]);
    await settled();
    expect(spikes?.told).toEqual([]);
    expect(deliveries(mark)).toBe(1);
  });
});

describe.each([
  ['group', 1],
  ['room', 2],
] as const)('members of a %s', (kind, type) => {
  /** Tom, who owns it if it is a group, and Jerry, who are in it; and Spike, who is not. */
  async function community() {
    const [tom = '', jerry = '', spike = ''] = await users('tom', 'jerry', 'spike');
    const [toms, jerrys, spikes] = (await watch(tom, jerry, spike)) as [Watcher, Watcher, Watcher];
    const body = kind === 'group' ? { owner: tom, members: [jerry] } : { members: [tom, jerry] };
    const id = await create(kind, body);
    return { id, tom, jerry, spike, toms, jerrys, spikes };
  }

  it('are told that it is made, who joins and leaves, what changes, and that it is deleted', async () => {
    const { id, tom, jerry, spike, toms, jerrys, spikes } = await community();
    const path = `/${kind}s/${id}`;
    expect(await toms.count(1)).toEqual([['joined', { id, type, members: [tom, jerry] }]]);
    expect(await jerrys.count(1)).toEqual(toms.told);

    await call('POST', `${path}/members/${spike}`);
    for (const one of [toms, jerrys])
      expect((await one.count(2))[1]).toEqual(['joined', { id, type, members: [spike] }]);
    expect(await spikes.count(1)).toEqual([['joined', { id, type, members: [spike] }]]);

    await call('POST', `${path}/attributes`, { name: 'Yard' });
    for (const one of [toms, jerrys]) expect((await one.count(3))[2]).toEqual(['changed', { id, type }]);
    await spikes.count(2);

    await call('DELETE', `${path}/members`, { members: [spike] });
    for (const one of [toms, jerrys]) expect((await one.count(4))[3]).toEqual(['left', { id, type, members: [spike] }]);
    expect((await spikes.count(3))[2]).toEqual(['left', { id, type, members: [spike] }]);

    await call('DELETE', path);
    for (const one of [toms, jerrys]) expect((await one.count(5))[4]).toEqual(['deleted', { id, type }]);
    await settled();
    expect(spikes.told).toHaveLength(3);
  });

  it('are told nothing when nothing changes, or a change is refused', async () => {
    const { id, tom, jerry, spike, toms } = await community();
    const path = `/${kind}s/${id}`;
    await call('PUT', `${path}/attributes`, { name: 'Yard' });
    await toms.count(2);
    await settled();
    const mark = system.cloud.calls.mark();
    await call('POST', `${path}/members`, { members: [tom, jerry] });
    await call('DELETE', `${path}/members/${spike}`);
    await call('POST', `${path}/attributes`, { name: 'Yard' });
    await call('PUT', `${path}/attributes`, { name: 'Yard' });
    expect((await call('POST', `${path}/members/${someone('nobody')}`)).status).toBe(404);
    await settled();
    expect(deliveries(mark)).toBe(0);
    expect(toms.told).toHaveLength(2);
  });
});

it('members who join are not named where they are more than 100', async () => {
  const [tom = ''] = await users('tom');
  const [toms] = await watch(tom);
  const many = Array.from({ length: 101 }, () => someone('many'));
  await system.database.addUsers(app.id, many);
  const id = await create('room', { members: [tom, ...many] });
  expect(await toms?.count(1)).toEqual([['joined', { id, type: 2 }]]);
});

it('a change of owner and members of a group is told at once', async () => {
  const [tom = '', jerry = '', spike = ''] = await users('tom', 'jerry', 'spike');
  const id = await create('group', { owner: tom, members: [jerry] });
  await settled();
  const [jerrys, spikes] = await watch(jerry, spike);
  await settled();
  const mark = system.cloud.calls.mark();
  await call('PUT', `/groups/${id}`, { owner: spike, members: [spike] });
  const changes = [
    ['changed', { id, type: 1 }],
    ['joined', { id, type: 1, members: [spike] }],
    ['left', { id, type: 1, members: expect.toSatisfy((left: string[]) => left.length === 2 && left.includes(tom)) }],
  ];
  for (const one of [jerrys, spikes]) {
    expect([...((await one?.count(3)) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(changes);
  }
  await settled();
  expect(deliveries(mark)).toBe(1);
});

it('in a room with more than 100 members, only those who join or leave are told', async () => {
  const [tom = '', jerry = ''] = await users('tom', 'jerry');
  const many = Array.from({ length: 100 }, () => someone('many'));
  await system.database.addUsers(app.id, many);
  const id = await create('room', { members: [tom, ...many.slice(0, 99)] });
  await settled();
  const [toms, jerrys] = await watch(tom, jerry);
  await call('POST', `/rooms/${id}/members/${jerry}`);
  expect(await jerrys?.count(1)).toEqual([['joined', { id, type: 2, members: [jerry] }]]);
  await call('POST', `/rooms/${id}/attributes`, { name: 'Yard' });
  await settled();
  await call('DELETE', `/rooms/${id}/members/${jerry}`);
  expect(await jerrys?.count(2)).toEqual([
    ['joined', { id, type: 2, members: [jerry] }],
    ['left', { id, type: 2, members: [jerry] }],
  ]);
  await settled();
  // With Jerry gone, they are 100 again.
  expect(toms?.told).toEqual([['left', { id, type: 2, members: [jerry] }]]);
});

it('users of an application are told of nothing in another', async () => {
  const [tom = '', jerry = ''] = await users('tom', 'jerry');
  const [toms] = await watch(tom);
  await system.database.addApp('elsewhere', {});
  await rest(system.origin, 'POST', `/ctx/${tom}/friends/${jerry}`, { headers: { 'X-ML-AppId': 'elsewhere' } });
  await settled();
  expect(toms?.told).toEqual([]);
});
