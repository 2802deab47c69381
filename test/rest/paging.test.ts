import { describe, expect, it } from 'vitest';
import { befriend, failureOf, macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, login } = testApi(system);

interface Past {
  readonly id: string;
  readonly ts: number;
  readonly content: { readonly body: string };
}

/** A history of `count` messages with a friend, written ten at a time, so that some have equal timestamps. */
async function conversation(count: number): Promise<{ path: string; all: Past[] }> {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const device = await login(tom);
  for (let said = 0; said < count; said += 10) {
    await Promise.all(
      Array.from({ length: Math.min(10, count - said) }, (_, n) =>
        device.say({ to: { id: jerry, type: 0 }, content: { body: String(said + n) } }),
      ),
    );
  }
  device.close();
  const path = `/ctx/${tom}/friends/${jerry}/chats`;
  return { path, all: (await call('GET', `${path}?limit=100`)).body as Past[] };
}

describe('a history', () => {
  it('is read backwards and forwards by id without losing a message', async () => {
    const { path, all } = await conversation(30);
    expect(all).toHaveLength(30);
    const backwards: Past[] = [];
    for (let page: Past[] = all.slice(-1); page.length > 0; ) {
      page = (
        await call(
          'GET',
          `${path}?limit=7&before=${(backwards[0] ?? { id: `${'9'.repeat(14)}${all[0]?.id.slice(14)}` }).id}`,
        )
      ).body as Past[];
      backwards.unshift(...page);
    }
    expect(backwards).toEqual(all);
    const forwards: Past[] = [];
    const first = `${'0'.repeat(14)}${all[0]?.id.slice(14)}`;
    for (let page: Past[] = all.slice(0, 1); page.length > 0; ) {
      page = (await call('GET', `${path}?limit=7&after=${forwards.at(-1)?.id ?? first}`)).body as Past[];
      forwards.push(...page);
    }
    expect(forwards).toEqual(all);
    const [from, to] = [all[4]?.id, all[9]?.id];
    expect((await call('GET', `${path}?after=${from}&before=${to}`)).body).toEqual(all.slice(5, 9));
  });

  it('returns one message by its id, and none of another conversation', async () => {
    const [one, other] = await Promise.all([conversation(1), conversation(1)]);
    const [message] = one.all;
    expect(await call('GET', `${one.path}/${message?.id}`)).toMatchObject({ status: 200, body: message });
    for (const [id, status, code] of [
      [other.all[0]?.id, 404, 5004],
      [`99999999999999${message?.id.slice(14)}`, 404, 5004],
      ['head', 400, 5001],
    ]) {
      const answer = await call('GET', `${one.path}/${id}`);
      expect({ status: answer.status, ...failureOf(answer.body) }).toEqual({
        status,
        code,
        message: expect.stringContaining('messageId'),
      });
    }
  });

  it('takes a time in milliseconds, in seconds, and with decimals', async () => {
    const { path, all } = await conversation(1);
    const ts = all[0]?.ts ?? 0;
    for (const [time, count] of [
      [ts, 0],
      [`${ts}.9`, 0],
      [ts + 1, 1],
      [(ts + 1) / 1000, 1],
      [Math.ceil((ts + 1) / 1000), 1],
      [Math.floor(ts / 1000), 0],
    ]) {
      const { body } = await call('GET', `${path}?ts=${time}`);
      expect({ time, found: (body as Past[]).length }).toEqual({ time, found: count });
    }
  });

  it.each(['before=1', 'after=abc', 'before=', 'ts=-1', 'ts=1e3', 'ts=yesterday'])('refuses %s', async (query) => {
    const { status, body } = await call('GET', `/ctx/a/friends/b/chats?${query}`);
    expect({ status, ...failureOf(body) }).toMatchObject({
      status: 400,
      code: 5001,
      message: expect.stringContaining(`query.${query.split('=')[0]}`),
    });
  });
});
