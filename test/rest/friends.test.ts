import { describe, expect, it } from 'vitest';
import { app, befriend, macaw, rest, sign, someone } from '../support/macaw.ts';

const system = macaw();
const call = (method: string, path: string, options?: Parameters<typeof rest>[3]) =>
  rest(system.origin, method, path, options);

describe('friendships', () => {
  it('are made in both directions by one request', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const made = await call('POST', `/ctx/${tom}/friends/${jerry}`);
    expect(made).toMatchObject({
      status: 200,
      body: { from: tom, to: jerry, ns: app.id, ts: expect.any(Number), id: expect.any(String) },
    });
    expect((await call('GET', `/ctx/${tom}/friends`)).body).toEqual([jerry]);
    expect((await call('GET', `/ctx/${jerry}/friends`)).body).toEqual([tom]);
    const read = await call('GET', `/ctx/${jerry}/friends/${tom}`);
    expect(read).toMatchObject({ status: 200, body: { from: tom, to: jerry, online: false } });
  });

  it('stay the same when they are made again, either way round', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const first = await call('POST', `/ctx/${tom}/friends/${jerry}`);
    expect((await call('POST', `/ctx/${tom}/friends/${jerry}`)).body).toEqual(first.body);
    expect((await call('POST', `/ctx/${jerry}/friends/${tom}`)).body).toEqual(first.body);
  });

  it('are one friendship when both ask at once, many times over', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        call('POST', n % 2 ? `/ctx/${tom}/friends/${jerry}` : `/ctx/${jerry}/friends/${tom}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it('are made with several at once, nested lists taken flat', async () => {
    const [tom, a, b] = [someone('tom'), someone('a'), someone('b')];
    const { status, body } = await call('POST', `/ctx/${tom}/friends`, { body: [a, [b, a]] });
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { from: tom, to: a },
      { from: tom, to: b },
    ]);
    expect((await call('GET', `/ctx/${tom}/friends/`)).body).toEqual([a, b].sort());
  });

  it('end on both sides, and ending them again changes nothing', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    expect(await call('DELETE', `/ctx/${jerry}/friends/${tom}`)).toMatchObject({ status: 204, body: undefined });
    expect(await call('DELETE', `/ctx/${tom}/friends/${jerry}`)).toMatchObject({ status: 204 });
    expect(await call('GET', `/ctx/${tom}/friends/${jerry}`)).toMatchObject({ status: 404, body: { errorCode: 5004 } });
    expect((await call('GET', `/ctx/${jerry}/friends`)).body).toEqual([]);
  });

  it('leave both sides agreeing, however making and ending them interleave', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => call(n % 2 ? 'POST' : 'DELETE', `/ctx/${tom}/friends/${jerry}`)),
    );
    for (const { status } of answers) expect([200, 204, 409]).toContain(status);
    const [mine, theirs] = await Promise.all([
      call('GET', `/ctx/${tom}/friends`),
      call('GET', `/ctx/${jerry}/friends`),
    ]);
    expect([mine.body, theirs.body]).toEqual([
      (theirs.body as string[]).length ? [jerry] : [],
      (mine.body as string[]).length ? [tom] : [],
    ]);
    const again = await call('POST', `/ctx/${tom}/friends/${jerry}`);
    expect(again.status).toBe(200);
  });

  it('create users on first use, whom GET /ctx/{id} then shows', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    expect((await call('GET', `/ctx/${tom}`)).status).toBe(404);
    await befriend(system.origin, tom, jerry);
    expect(await call('GET', `/ctx/${tom}`)).toMatchObject({
      status: 200,
      body: {
        attributes: {},
        installs: [],
        sessions: 0,
        friends: [jerry],
        groups: [],
        rooms: [],
        ts: expect.any(Number),
      },
    });
  });
});

describe('an application', () => {
  const path = '/ctx/nobody/friends';
  const as = async (headers: Record<string, string>) => {
    const response = await fetch(new URL(path, system.origin), { headers });
    return { status: response.status, body: await response.json() };
  };

  it.each([
    ['the client key', { 'x-ml-appid': app.id, 'x-ml-apikey': app.clientKey }],
    ['a signature', { 'X-ML-AppId': app.id, 'X-ML-Request-Sign': sign() }],
    [
      'a signature from years ago',
      { 'X-ML-AppId': app.id, 'X-ML-Request-Sign': sign(app.clientKey, 1_400_000_000_000) },
    ],
    ['the master key', { 'X-ML-AppId': app.id, 'X-ML-MasterKey': app.masterKey }],
  ])('is let in with %s', async (_, headers) => {
    expect(await as(headers)).toEqual({ status: 200, body: [] });
  });

  it.each([
    ['nothing', {}],
    ['its id alone', { 'X-ML-AppId': app.id }],
    ['a wrong key', { 'X-ML-AppId': app.id, 'X-ML-APIKey': 'wrong' }],
    ['the key of another', { 'X-ML-AppId': 'another', 'X-ML-APIKey': app.clientKey }],
    ['the master key as the client key', { 'X-ML-AppId': app.id, 'X-ML-APIKey': app.masterKey }],
    ['a signature with a wrong key', { 'X-ML-AppId': app.id, 'X-ML-Request-Sign': sign('wrong') }],
    ['a signature that is none', { 'X-ML-AppId': app.id, 'X-ML-Request-Sign': 'abc,def' }],
  ])('is refused with %s', async (_, headers: Record<string, string>) => {
    expect(await as(headers)).toMatchObject({
      status: 401,
      body: { errorCode: 5003, errorMessage: expect.any(String) },
    });
  });

  it('is reached from a browser on any origin', async () => {
    const preflight = await fetch(new URL(path, system.origin), {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'x-ml-appid',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    const { headers } = await call('GET', path, { headers: { Origin: 'https://app.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('bad requests', () => {
  const long = 'x'.repeat(129);
  it.each([
    ['POST', '/ctx/tom/friends/tom', 400, 5001, 'fid'],
    ['POST', `/ctx/tom/friends/${long}`, 413, 5010, 'fid'],
    ['GET', '/ctx/t%C3%B6m', 400, 5001, 'id'],
    ['GET', '/ctx/a%20b/friends', 400, 5001, 'id'],
    ['POST', '/ctx/__proto__/friends/tom', 400, 5001, 'id'],
    ['GET', '/ctx/a%23user%23b/friends', 400, 5001, 'id'],
    ['GET', '/ctx/a/friends/b/chats?limit=0', 400, 5001, 'limit'],
    ['GET', '/ctx/a/friends/b/chats?limit=many', 400, 5001, 'limit'],
    ['GET', '/ctx/a/friends/b/chats?ts=yesterday', 400, 5001, 'ts'],
    ['GET', '/nowhere', 404, 5004, '/nowhere'],
    ['PUT', '/ctx/a/friends/b', 405, 5009, 'PUT'],
  ])('%s %s answers %i with code %i and names what was wrong', async (method, path, status, errorCode, named) => {
    expect(await call(method, path)).toMatchObject({
      status,
      body: { errorCode, errorMessage: expect.stringContaining(named) },
    });
  });

  it.each([
    ['no JSON', '["a"'],
    ['nothing', ''],
    ['an object', { a: 1 }],
    ['numbers', [1, 2]],
    ['too many', Array.from({ length: 101 }, (_, n) => `friend-${n}`)],
    ['the same user', ['tom']],
  ])('a batch of friends that is %s is refused whole', async (_, body) => {
    const tom = someone('tom');
    const list = JSON.stringify(body).replace('"tom"', `"${tom}"`);
    const answer = await call('POST', `/ctx/${tom}/friends`, { body: typeof body === 'string' ? body : list });
    expect(answer).toMatchObject({ status: 400, body: { errorCode: 5001 } });
    expect((await call('GET', `/ctx/${tom}/friends`)).body).toEqual([]);
  });
});
