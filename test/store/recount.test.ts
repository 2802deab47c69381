import { describe, expect, it } from 'vitest';
import { accountsOf } from '../accounts/calls.ts';
import { database } from '../support/database.ts';
import { someone } from '../support/macaw.ts';

const LIMIT = 3;
const APP = 'recounted';
const system = database(() => ({ [APP]: { roomMembers: LIMIT } }));
const { call } = accountsOf(system, APP);

async function user(): Promise<string> {
  const id = someone();
  expect((await call('POST', `/ctx/${id}/friends/${someone()}`)).status).toBe(200);
  return id;
}

/** A room with one member, in whose head another number of members stands since some seconds. */
async function miscounted(members: number, secondsAgo: number) {
  const first = await user();
  const room = String((await call('POST', '/rooms', { members: [first] })).body);
  const counted = Date.now() - secondsAgo * 1000;
  const isHead = ({ pk, sk }: Record<string, unknown>) =>
    String(pk).endsWith(`#room#${room}`) && !String(sk).startsWith('member#');
  expect(await system.database.changeCore(isHead, { members, counted })).toBe(1);
  return { first, room, join: (id: string) => call('POST', `/rooms/${room}/members/${id}`) };
}

const full = { status: 409, body: { errorCode: 5008 } };

describe('a member count that is too high, as after a function that ended halfway', () => {
  it('is repaired by the next join if it has not changed for a minute', async () => {
    const { first, room, join } = await miscounted(LIMIT, 61);
    const [second, third, fourth] = [await user(), await user(), await user()];
    expect(await join(second)).toMatchObject({ status: 201 });
    expect(await join(third)).toMatchObject({ status: 201 });
    // The limit holds after the repair.
    expect(await join(fourth)).toMatchObject(full);
    expect((await call('GET', `/rooms/${room}`)).body).toMatchObject({ members: [first, second, third].toSorted() });
  });

  it('is repaired once if many join at the same time, within the limit', { tags: 'slow' }, async () => {
    const { join, room } = await miscounted(LIMIT, 61);
    const users = await Promise.all(Array.from({ length: 6 }, user));
    await Promise.all(users.map(join));
    // Those who lost the race for the repair are refused, and can join afterwards.
    const answers = await Promise.all(users.map(join));
    const { members } = Object((await call('GET', `/rooms/${room}`)).body);
    expect(members).toHaveLength(LIMIT);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(LIMIT - 1);
  });

  it('is taken for right while joins may be under way', async () => {
    const { room, first, join } = await miscounted(LIMIT, 30);
    expect(await join(await user())).toMatchObject(full);
    expect((await call('GET', `/rooms/${room}`)).body).toMatchObject({ members: [first] });
  });

  it('is left alone if it is right', async () => {
    const { join } = await miscounted(1, 61);
    expect(await join(await user())).toMatchObject({ status: 201 });
    expect(await join(await user())).toMatchObject({ status: 201 });
    expect(await join(await user())).toMatchObject(full);
  });
});

describe('the number of friends', () => {
  /** Two friends. The number of friends of the first is replaced. */
  async function friends(count: unknown) {
    const [tom, jerry] = [await user(), someone()];
    await call('POST', `/ctx/${tom}/friends/${jerry}`);
    const isTom = ({ pk, sk }: Record<string, unknown>) => String(pk).endsWith(`#user#${tom}`) && sk === 'profile';
    expect(await system.database.changeCore(isTom, { friends: count })).toBe(1);
    return { tom, jerry };
  }

  it('can be missing when a friendship ends', async () => {
    const { tom, jerry } = await friends(undefined);
    expect(await call('DELETE', `/ctx/${tom}/friends/${jerry}`)).toMatchObject({ status: 204 });
    expect((await call('GET', `/ctx/${jerry}/friends`)).body).toEqual([]);
  });

  it('is no conflict, which would be retried for seconds, if it is invalid', async () => {
    const { tom, jerry } = await friends('many');
    expect(await call('DELETE', `/ctx/${tom}/friends/${jerry}`)).toMatchObject({
      status: 500,
      body: { errorCode: 5002 },
    });
  });
});
