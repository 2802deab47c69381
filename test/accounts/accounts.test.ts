import { describe, expect, it } from 'vitest';
import { app, macaw, rest, someone } from '../support/macaw.ts';
import { accountsOf, telephone } from './calls.ts';

const system = macaw();
const { call, as, master, register, login } = accountsOf(system);

const failure = (status: number, code: number, word?: string) => ({
  status,
  body: { code, error: word ? expect.stringContaining(word) : expect.any(String) },
});

describe('registering', () => {
  it('makes an account, logs it in, and makes a user of the chat', async () => {
    const username = someone('Tom');
    const answer = await call('POST', '/2.0/users', {
      username,
      password: 'pwd',
      email: `${username}@example.com`,
      age: 3,
      address: { city: 'Beijing', list: [1, null] },
    });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        objectId: expect.stringMatching(/^[0-9a-f]{24}$/),
        sessionToken: expect.stringMatching(/^r:/),
        username,
        email: `${username}@example.com`,
        emailVerified: false,
        age: 3,
        address: { city: 'Beijing', list: [1, null] },
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        updatedAt: expect.any(String),
      },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/pwd|password|scrypt/);
    const { objectId } = answer.body as { objectId: string };
    expect((await call('GET', `/ctx/${objectId}`)).status).toBe(200);
  });

  it.each([
    ['no username', { password: 'x' }, 400, 200],
    ['an empty username', { username: '', password: 'x' }, 400, 200],
    ['a number for a username', { username: 5, password: 'x' }, 400, 200],
    ['a username of 129 characters', { username: 'x'.repeat(129), password: 'x' }, 400, 107],
    ['a username with a line break', { username: 'a\nb', password: 'x' }, 400, 107],
    ['a username with a space behind it', { username: 'tom ', password: 'x' }, 400, 107],
    ['no password', { username: 'x' }, 400, 201],
    ['an empty password', { username: 'x', password: '' }, 400, 201],
    ['a password of 257 characters', { username: 'x', password: 'x'.repeat(257) }, 400, 107],
    ['no address of email', { username: 'x', password: 'x', email: 'tom' }, 400, 125],
    ['no telephone number', { username: 'x', password: 'x', mobilePhone: 'tom', smsCode: '1' }, 400, 127],
    [
      'a telephone that nobody has shown to be theirs',
      { username: 'x', password: 'x', mobilePhone: telephone() },
      400,
      603,
    ],
    ['a field that is set by the server', { username: 'x', password: 'x', objectId: 'a' }, 400, 107],
    ['too much', { username: 'x', password: 'x', more: 'x'.repeat(33_000) }, 413, 116],
    [
      'too many fields',
      { username: 'x', password: 'x', ...Object.fromEntries([...Array(60).keys()].map((n) => [`f${n}`, n])) },
      413,
      116,
    ],
    ['a list for a body', [], 400, 107],
    ['broken JSON', '{', 400, 107],
  ])('refuses %s', async (_, body, status, code) => {
    expect(await call('POST', '/2.0/users', body)).toMatchObject(failure(status, code));
  });

  it('refuses names and addresses that others have, however they are written', async () => {
    const tom = await register({ email: `${someone('mail')}@example.com` });
    expect(await call('POST', '/2.0/users', { username: tom.username.toUpperCase(), password: 'x' })).toMatchObject(
      failure(409, 202),
    );
    const email = String(tom.email).replace('mail', 'MAIL');
    const other = someone('other');
    expect(await call('POST', '/2.0/users', { username: other, password: 'x', email })).toMatchObject(
      failure(409, 203),
    );
    // A rejected registration must not claim the values.
    expect(await call('POST', '/2.0/users', { username: other, password: 'x' })).toMatchObject({ status: 201 });
  });

  it('gives a name to one of those who want it in the same moment', async () => {
    const username = someone('race');
    const answers = await Promise.all([...Array(5)].map(() => call('POST', '/2.0/users', { username, password: 'x' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });
});

describe('logging in', () => {
  it('answers the account and a session of its own, by GET and by POST', async () => {
    const tom = await register({ nickname: 'T' });
    const byGet = await login(tom.username, tom.password);
    const byPost = await call('POST', '/2.0/login', { username: tom.username.toUpperCase(), password: tom.password });
    for (const answer of [byGet, byPost]) {
      expect(answer).toMatchObject({ status: 200, body: { objectId: tom.objectId, nickname: 'T' } });
    }
    const tokens = [tom, byGet.body, byPost.body].map((body) => (body as { sessionToken: string }).sessionToken);
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) {
      expect(await as(token)('GET', `/2.0/users/${tom.objectId}`)).toMatchObject({ status: 200 });
    }
  });

  it('tells an unknown name and a wrong password alike, after as much work', async () => {
    const tom = await register();
    const time = async (username: string, password: string) => {
      const start = performance.now();
      const answer = await login(username, password);
      return { answer, ms: performance.now() - start };
    };
    const wrong = [await time(tom.username, 'wrong'), await time(tom.username, 'wrong')];
    const unknown = [await time(someone('nobody'), 'wrong'), await time(someone('nobody'), 'wrong')];
    for (const { answer } of [...wrong, ...unknown]) {
      expect(answer).toMatchObject(failure(404, 101));
      expect(answer.body).toEqual(wrong[0]?.answer.body);
    }
    // A hash takes some hundred milliseconds; without one, a response takes about ten.
    const fastest = (times: { ms: number }[]) => Math.min(...times.map(({ ms }) => ms));
    expect(fastest(unknown)).toBeGreaterThan(fastest(wrong) / 3);
  });

  it('reads as often for an unknown name as for a known one', async () => {
    const tom = await register();
    const reads = async (username: string) => {
      await system.cloud.settled();
      const mark = system.cloud.calls.mark();
      await login(username, 'wrong');
      return system.cloud.calls
        .since(mark)
        .filter((entry) => 'action' in entry && entry.action === 'dynamodb:GetItem' && /Accounts/.test(entry.resource))
        .length;
    };
    expect(await reads(tom.username)).toBe(2);
    expect(await reads(someone('nobody'))).toBe(2);
  });

  it('is refused after ten wrong passwords, however fast they come, and then the right one, too', async () => {
    const tom = await register();
    const answers = await Promise.all([...Array(14)].map((_, n) => login(tom.username, `guess ${n}`)));
    const codes = answers.map(({ body }) => (body as { code: number }).code);
    expect(codes.filter((code) => code === 101)).toHaveLength(10);
    expect(codes.filter((code) => code === 155)).toHaveLength(4);
    expect(await login(tom.username.toUpperCase(), tom.password)).toMatchObject(failure(429, 155, '15 minutes'));
    expect((await as(tom.sessionToken)('GET', `/2.0/users/${tom.objectId}`)).status).toBe(200);
    const unknown = someone('nobody');
    await Promise.all([...Array(10)].map(() => login(unknown, 'x')));
    expect(await login(unknown, 'x')).toMatchObject(failure(429, 155));
  }, 60_000);

  it('does not count what was right', async () => {
    const tom = await register();
    for (let n = 0; n < 12; n++) expect((await login(tom.username, tom.password)).status).toBe(200);
  }, 60_000);

  it.each([
    ['/2.0/login', 200],
    ['/2.0/login?username=tom', 201],
    ['/2.0/login?username=tom&password=', 201],
    ['/2.0/login?username=&password=x', 200],
    ['/2.0/login?username=a&username=b&password=x', 200],
    ['/2.0/login?=a', 107],
    ['/2.0/login?__proto__=a', 107],
  ])('GET %s is refused with %i', async (path, code) => {
    expect(await call('GET', path)).toMatchObject(failure(400, code));
  });
});

describe('an account', () => {
  it('is read, changed and deleted only by its holder', async () => {
    const [tom, spike] = [await register(), await register()];
    const path = `/2.0/users/${tom.objectId}`;
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { a: 1 } : undefined;
      expect(await as(spike.sessionToken)(method, path, body)).toMatchObject(failure(403, 119));
      expect(await call(method, path, body)).toMatchObject(failure(401, 209));
      expect(await as('r:nonsense')(method, path, body)).toMatchObject(failure(401, 209));
    }
    const toms = as(tom.sessionToken);
    const username = someone('renamed');
    const changed = await toms('PUT', path, { username, email: `${username}@example.com`, age: 4 });
    expect(changed).toMatchObject({ status: 200, body: { username, age: 4, email: `${username}@example.com` } });
    expect(await toms('PUT', path, { email: null, age: null })).toMatchObject({ status: 200, body: { age: null } });
    const { body } = await toms('GET', path);
    expect(body).toMatchObject({ username, objectId: tom.objectId });
    expect(body).not.toHaveProperty('email');
    expect(await login(tom.username, tom.password)).toMatchObject(failure(404, 101));
    expect((await login(username, tom.password)).status).toBe(200);
    // Other users may claim a released value.
    await register({ username: tom.username, email: `${username}@example.com` });

    expect(await toms('DELETE', path)).toMatchObject({ status: 200, body: {} });
    expect(await toms('GET', path)).toMatchObject(failure(401, 209));
    expect(await login(username, tom.password)).toMatchObject(failure(404, 101));
    await register({ username });
  });

  it('keeps its name when another has the new one, and its password by this way', async () => {
    const [tom, jerry] = [await register(), await register()];
    const toms = as(tom.sessionToken);
    const path = `/2.0/users/${tom.objectId}`;
    expect(await toms('PUT', path, { username: jerry.username, a: 1 })).toMatchObject(failure(409, 202));
    expect(await toms('PUT', path, { password: 'new' })).toMatchObject(failure(400, 107, 'password'));
    expect(await toms('PUT', path, { sessionToken: 'x' })).toMatchObject(failure(400, 107));
    expect(await toms('PUT', path, { mobilePhone: telephone() })).toMatchObject(failure(400, 603));
    expect((await toms('GET', path)).body).not.toHaveProperty('a');
    expect((await login(tom.username, tom.password)).status).toBe(200);
  });

  it('loses no change of those that come in the same moment', async () => {
    const tom = await register();
    const toms = as(tom.sessionToken);
    const path = `/2.0/users/${tom.objectId}`;
    const answers = await Promise.all([1, 2, 3].map((n) => toms('PUT', path, { [`f${n}`]: n })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await toms('GET', path)).body).toMatchObject({ f1: 1, f2: 2, f3: 3 });
  });
});

describe('the master key', () => {
  it('lists all accounts page by page; other callers may not', async () => {
    const made = [await register(), await register(), await register()];
    const ids = async (query: string) => {
      const { status, body } = await master('GET', `/2.0/users${query}`);
      expect(status).toBe(200);
      return (body as { results: { objectId: string }[] }).results.map(({ objectId }) => objectId);
    };
    const all = await ids('?limit=1000');
    expect(all).toEqual(expect.arrayContaining(made.map(({ objectId }) => objectId)));
    expect(await ids(`?skip=${all.length - 2}&limit=1`)).toEqual([all.at(-2)]);
    expect(await ids(`?skip=${all.length}`)).toEqual([]);
    expect(JSON.stringify((await master('GET', '/2.0/users')).body)).not.toMatch(/scrypt|sessionToken/);
    expect(await call('GET', '/2.0/users')).toMatchObject(failure(403, 119));
    expect(await as(made[0]?.sessionToken ?? '')('GET', '/2.0/users')).toMatchObject(failure(403, 119));
    expect(await master('GET', '/2.0/users?limit=many')).toMatchObject(failure(400, 107, 'limit'));
  });

  it('reads, changes and deletes any account', async () => {
    const tom = await register();
    const path = `/2.0/users/${tom.objectId}`;
    const mobilePhone = telephone();
    expect(await master('PUT', path, { mobilePhone })).toMatchObject({ status: 200, body: { mobilePhone } });
    expect(await master('GET', path)).toMatchObject({ status: 200, body: { mobilePhone, username: tom.username } });
    expect(await master('DELETE', path)).toMatchObject({ status: 200 });
    expect(await master('GET', path)).toMatchObject(failure(404, 101));
    expect(await master('DELETE', path)).toMatchObject(failure(404, 101));
    expect(await master('PUT', path, { a: 1 })).toMatchObject(failure(404, 101));
  });
});

describe('the endpoints', () => {
  it.each([
    ['GET', '/2.0/nothing', 404, 101],
    ['PATCH', '/2.0/users', 405, 108],
    ['DELETE', '/2.0/login', 405, 108],
  ])('%s %s is told as theirs', async (method, path, status, code) => {
    expect(await call(method, path)).toMatchObject(failure(status, code));
  });

  it('want an application and a key of it', async () => {
    for (const headers of [{ 'X-ML-APIKey': '' }, { 'X-ML-APIKey': 'wrong' }, { 'X-ML-AppId': 'none' }]) {
      const answer = await rest(system.origin, 'GET', '/2.0/login?username=a&password=b', { headers });
      expect(answer).toMatchObject(failure(401, 401));
    }
  });

  it('know nothing of the accounts of other applications', async () => {
    const tom = await register();
    const headers = { 'X-ML-AppId': `${app.id}#account`, 'X-ML-Session-Token': tom.sessionToken };
    expect(await call('GET', `/2.0/users/${tom.objectId}`, undefined, headers)).toMatchObject(failure(401, 401));
  });

  it('tell nothing of the inside', async () => {
    const answers = await Promise.all([
      call('POST', '/2.0/users', { username: 'a#b', password: '\uD83D', __proto__: { x: 1 } }),
      call('GET', `/2.0/users/${'0'.repeat(24)}`, undefined, { 'X-ML-Session-Token': `r:${'0'.repeat(67)}` }),
      call('POST', '/2.0/login', { username: { $gt: '' }, password: { $gt: '' } }),
      call('POST', '/2.0/loginByMobilePhone', { mobilePhone: '+8613800138000', smsCode: '#'.repeat(16) }),
    ]);
    for (const { status, body } of answers) {
      expect(status).toBeLessThan(500);
      expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|at \w+ \(|dynamodb|arn:|table/i);
    }
  });
});
