import { describe, expect, it } from 'vitest';
import { macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, users, login } = testApi(system);

const stranger = (id: string, body: string) => ({ to: { id, type: 4 }, content: { media: 0, body } });

describe('the strangers of a user', () => {
  it('are listed with the latest contact first, for either sender', async () => {
    const [tom = '', a = '', b = '', c = ''] = await users('tom', 'a', 'b', 'c');
    const [toms, as] = await Promise.all([login(tom), login(a)]);
    for (const id of [a, b, c]) await toms.say(stranger(id, `hello ${id}`));
    await as.say(stranger(tom, 'hello yourself'));

    const path = `/ctx/${tom}/strangers`;
    expect((await call('GET', path)).body).toEqual([a, c, b]);
    expect((await call('GET', `${path}?skip=1&limit=1`)).body).toEqual([c]);
    expect((await call('GET', `${path}?ids=${b},${a},nobody`)).body).toEqual([a, b]);
    expect((await call('GET', `${path}?detail`)).body).toEqual([
      {
        id: a,
        online: true,
        recent: expect.objectContaining({ speaker: a, content: { media: 0, body: 'hello yourself' } }),
      },
      { id: c, online: false, recent: expect.objectContaining({ speaker: tom }) },
      { id: b, online: false, recent: expect.objectContaining({ speaker: tom }) },
    ]);
    expect((await call('GET', `/ctx/${b}/strangers`)).body).toEqual([tom]);
    expect(await call('GET', `${path}/${a}`)).toMatchObject({
      status: 200,
      body: { ts: expect.any(Number), online: true, recent: { speaker: a } },
    });
  });

  it('keep the time of the latest message when an earlier one is repeated', async () => {
    const [tom = '', a = ''] = await users('tom', 'a');
    const [toms, as] = await Promise.all([login(tom), login(a)]);
    await toms.say({ ...stranger(a, 'first'), cid: 'first' });
    const { ts } = Object(await as.say(stranger(tom, 'second')));
    expect(ts).toBeGreaterThan(0);
    await toms.say({ ...stranger(a, 'first'), cid: 'first' });
    for (const [user, other] of [
      [tom, a],
      [a, tom],
    ])
      expect((await call('GET', `/ctx/${user}/strangers/${other}`)).body).toMatchObject({ ts });
  });

  it('are only those with a previous contact', async () => {
    const [tom = ''] = await users('tom');
    expect((await call('GET', `/ctx/${tom}/strangers`)).body).toEqual([]);
    expect(await call('GET', `/ctx/${tom}/strangers/${someone()}`)).toMatchObject({
      status: 404,
      body: { errorCode: 5004 },
    });
  });

  it.each(['skip=-1', 'skip=x', 'limit=0', 'limit=x', 'ids=a%20b'])('are not listed for ?%s', async (query) => {
    const name = query.split('=')[0];
    expect(await call('GET', `/ctx/tom/strangers?${query}`)).toMatchObject({
      status: 400,
      body: { errorCode: 5001, errorMessage: expect.stringContaining(String(name)) },
    });
  });
});

describe('visitors', () => {
  it('are created without an id, and updated with one', async () => {
    const created = await call('POST', '/passengers', { foo: 'bar', age: 23, deep: { a: [1, null] } });
    expect(created).toMatchObject({ status: 200, body: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const id = created.body as string;
    expect((await call('GET', `/passengers/${id}`)).body).toEqual({ foo: 'bar', age: 23, deep: { a: [1, null] } });
    expect((await call('POST', '/passengers', { id, age: 24 })).body).toBe(id);
    expect((await call('GET', `/passengers/${id}`)).body).toEqual({ foo: 'bar', age: 24, deep: { a: [1, null] } });
    expect((await call('POST', `/passengers/${id}`)).body).toEqual({ foo: 'bar', age: 24, deep: { a: [1, null] } });
  });

  it('are created with an id of their own as well', async () => {
    const id = someone('visitor');
    expect(await call('POST', '/passengers', { id, nickname: 'x' })).toMatchObject({ status: 200, body: id });
    expect((await call('GET', `/passengers/${id}`)).body).toEqual({ nickname: 'x' });
  });

  it('have a history with each user', async () => {
    const [tom = ''] = await users('tom');
    const [toms, visitor] = await Promise.all([login(tom), login({ passenger: { nickname: 'guest' } })]);
    const pid = await visitor.loggedIn();
    await visitor.say({ to: { id: tom }, content: { body: 'hello' } });
    await toms.say({ to: { id: pid, type: 3 }, content: { body: 'welcome' } });
    expect((await call('GET', `/passengers/${pid}/chats/${tom}`)).body).toMatchObject([
      { speaker: pid, content: { media: 0, body: 'hello' } },
      { speaker: tom, content: { media: 0, body: 'welcome' } },
    ]);
    expect((await call('GET', `/passengers/${pid}/chats/${tom}?limit=1`)).body).toMatchObject([{ speaker: tom }]);
  });

  it('that do not exist are not found', async () => {
    expect(await call('GET', `/passengers/${someone()}`)).toMatchObject({ status: 404, body: { errorCode: 5004 } });
  });

  it.each([['[]'], ['"x"'], ['{'], [''], ['{"id":"a b"}'], ['{"id":5}']])('are not made of %s', async (body) => {
    expect(await call('POST', '/passengers', body)).toMatchObject({ status: 400, body: { errorCode: 5001 } });
  });
});

describe('a user', () => {
  it('is loaded by an empty POST, as the JavaScript client does', async () => {
    const [tom = ''] = await users('tom');
    expect((await call('POST', `/ctx/${tom}`)).body).toEqual((await call('GET', `/ctx/${tom}`)).body);
  });
});
