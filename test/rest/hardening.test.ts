import { describe, expect, it } from 'vitest';
import { app, failureOf, macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, users } = testApi(system);

const MASTER = { 'X-ML-AppId': app.id, 'X-ML-MasterKey': app.masterKey };

/** Sends a request with an unnormalized path. */
async function raw(method: string, path: string, init: RequestInit = {}) {
  const response = await fetch(system.origin + path, { method, headers: MASTER, ...init });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

describe('a path', () => {
  it('with an encoded dot segment reaches no other route', async () => {
    const [owner = '', member = ''] = await users('owner', 'member');
    const { body: group } = await call('POST', '/groups', { owner, members: [member] });
    for (const segment of ['..%2F', '%2E%2E%2F', '.%2F']) {
      const { status, body } = await raw('DELETE', `/groups/${group}/members/${segment}`);
      expect({ segment, status, code: failureOf(body).code }).toEqual({ segment, status: 400, code: 5001 });
    }
    expect((await call('GET', `/groups/${group}`)).status).toBe(200);
  });

  it.each(['sessions/..%2Fx', 'users/..%2F..', 'installations/..%2F..'])(
    'of /2.0/%s gets an error of /2.0',
    async (path) => {
      expect(await raw('GET', `/2.0/${path}`)).toEqual({ status: 400, body: { code: 107, error: expect.any(String) } });
    },
  );

  it('cannot lead from the attributes of one user to those of another', async () => {
    const [one = '', other = ''] = await users('owner', 'member');
    const { status } = await raw('GET', `/ctx/${one}/attributes/..%2F..%2F${other}`);
    expect(status).toBe(400);
  });
});

describe('a query', () => {
  it.each(['=x', '__proto__=x', '%5F%5Fproto%5F%5F=x'])('of %s does not drop its condition', async (query) => {
    const { status, body } = await call('GET', `/ctx?${query}`);
    expect({ status, ...failureOf(body) }).toMatchObject({ status: 400, code: 5018 });
  });

  it('named like a method of objects is a condition like any other', async () => {
    for (const name of ['toString', 'constructor', 'hasOwnProperty']) {
      expect(await call('GET', `/ctx?${name}=x`)).toMatchObject({ status: 200, body: [] });
    }
  });
});

describe('a body', () => {
  it('that is longer than any valid one is refused before it is parsed', { tags: 'slow' }, async () => {
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 300_000 }, (_, n) => [`k${n}`, 1])));
    const { status, body: answer } = await call('PUT', `/ctx/${someone()}/attributes`, JSON.parse(body));
    expect({ status, ...failureOf(answer) }).toMatchObject({ status: 413, code: 5010 });
  });

  it('with half of a surrogate pair is stored with the replacement character', async () => {
    const [user = ''] = await users('user');
    const body = '{"name\\ud800":"a\\udc00b","pair":"\\ud83d\\ude00","slash":"\\\\ud800"}';
    expect((await raw('PUT', `/ctx/${user}/attributes`, { body })).status).toBe(201);
    expect((await call('GET', `/ctx/${user}/attributes`)).body).toEqual({
      'name\ufffd': 'a\ufffdb',
      pair: '😀',
      slash: '\\ud800',
    });
  });
});

describe('accounts', () => {
  it.each([
    ['one that grows when it is normalised', '\u{FDFA}'.repeat(100)],
    ['a zero-width character', 'to\u200Bm'],
    ['a direction character', 'tom\u202Egpj'],
    ['an invisible letter', 'to\u3164m'],
    ['a variation selector at a letter', 'to\uFE0Fm'],
  ])('refuse as a name %s', async (_, username) => {
    const { status, body } = await call('POST', '/2.0/users', { username, password: 'correct horse' });
    expect({ status, ...failureOf(body) }).toMatchObject({ status: 400, code: 5001 });
  });

  it.each(['to\u200Bm@example.com', 'to\u034Fm@example.com'])('refuse the email %j', async (email) => {
    const { status, body } = await call('POST', '/2.0/users', { username: someone(), password: 'x', email });
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 125 } });
  });
});

it('users cannot end a friendship with themselves', async () => {
  const [user = ''] = await users('user');
  expect((await call('DELETE', `/ctx/${user}/friends/${user}`)).status).toBe(204);
});

it('an installation cannot have an id of 5,000 characters', async () => {
  const id = 'x'.repeat(5000);
  expect((await call('POST', '/2.0/installations', { installationId: id, deviceType: 'ios' })).status).toBe(413);
  expect((await call('GET', `/2.0/installations/${id}`)).status).toBe(413);
});
