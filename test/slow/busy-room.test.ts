import { describe, expect, it } from 'vitest';
import { macaw } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

// The typical duration on AWS.
const system = macaw({ transactionMs: 20 });
const { call, create, users } = testApi(system);

const membersOf = async (room: string) => {
  const { body } = await call('GET', `/rooms/${room}`);
  return Object(body).members as string[];
};

describe('a busy room', () => {
  it('lets 300 users in who join at once, and counts them right', async () => {
    const members = await users(...Array.from({ length: 300 }, () => 'guest'));
    const room = await create('room', { members: [] });
    const answers = await Promise.all(members.map((user) => call('POST', `/rooms/${room}/members/${user}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect((await membersOf(room)).toSorted()).toEqual(members.toSorted());
  }, 120_000);

  it('lets all of them leave at once', async () => {
    const members = await users(...Array.from({ length: 40 }, () => 'guest'));
    const room = await create('room', { members });
    const answers = await Promise.all(members.map((user) => call('DELETE', `/rooms/${room}/members/${user}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await membersOf(room)).toEqual([]);
  }, 60_000);
});
