import { describe, expect, it } from 'vitest';
import { befriend, macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

// The typical duration on AWS.
const system = macaw({ transactionMs: 20 });
const { call, create } = testApi(system);

/** Existing users in pairs of friends, so that these transactions do not conflict. */
async function many(number: number): Promise<string[]> {
  const users = Array.from({ length: number }, () => someone());
  for (let n = 0; n < number; n += 20) {
    const some = users.slice(n, n + 20);
    await Promise.all(
      some.flatMap((user, i) => (i % 2 === 0 ? befriend(system.origin, user, String(some[i + 1])) : [])),
    );
  }
  return users;
}

const membersOf = async (room: string) => {
  const { body } = await call('GET', `/rooms/${room}`);
  return Object(body).members as string[];
};

describe('a busy room', () => {
  it('lets 300 users in who join at once, and counts them right', async () => {
    const users = await many(300);
    const room = await create('room', { members: [] });
    const answers = await Promise.all(users.map((user) => call('POST', `/rooms/${room}/members/${user}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect((await membersOf(room)).toSorted()).toEqual(users.toSorted());
  }, 120_000);

  it('lets all of them leave at once', async () => {
    const users = await many(40);
    const room = await create('room', { members: users });
    const answers = await Promise.all(users.map((user) => call('DELETE', `/rooms/${room}/members/${user}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await membersOf(room)).toEqual([]);
  }, 60_000);
});
