import { createHmac } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { accountsOf, type Session } from './calls.ts';
import { Provider } from './provider.ts';

const BAD = ['slow', 'trickling', 'huge', 'redirecting', 'broken', 'vague', 'missing'];

const provider = await Provider.start();
afterAll(() => provider.stop());

const clientIds = ['client-1', 'client-2'];
const all = (behaviour: string) => {
  const api = provider.at(behaviour);
  return {
    logins: {
      wechat: { api },
      qq: { api, appId: 'app-1' },
      weibo: { api, appKey: 'app-1' },
      facebook: { api, appId: 'app-1', appSecret: 'app-secret' },
      google: { issuer: api, clientIds },
      apple: { issuer: api, clientIds },
      oidc: { company: { issuer: api, clientIds } },
    },
  };
};

const system = database(() => ({
  well: all('well'),
  none: {},
  ...Object.fromEntries([...BAD, 'impostor', 'inward'].map((behaviour) => [behaviour, all(behaviour)])),
  down: {
    logins: { wechat: { api: 'http://127.0.0.1:1' }, oidc: { company: { issuer: 'http://127.0.0.1:1', clientIds } } },
  },
}));

const loginAt = (app: string, authData: unknown) => accountsOf(system, app).call('POST', '/2.0/users', { authData });
const login = (authData: unknown) => loginAt('well', authData);

const failure = (status: number, code: number) => ({ status, body: { code, error: expect.any(String) } });
const refused = failure(401, 251);
const unavailable = failure(502, 253);

const BY_ACCESS_TOKEN = ['wechat', 'weixin', 'qq', 'weibo', 'facebook'];
const BY_ID_TOKEN = ['google', 'apple', 'company'];

describe.each(BY_ACCESS_TOKEN)('a login by %s', (platform) => {
  it('leads to the same account again and again', async () => {
    const first = await login({ [platform]: { id: '7', access_token: 'good', expires_in: 7200 } });
    const name = platform === 'weixin' ? 'wechat' : platform;
    expect(first).toMatchObject({
      status: 201,
      body: { authData: { [name]: { id: '7' } }, sessionToken: expect.any(String) },
    });
    const again = await login({ [platform]: { id: '7', access_token: 'good' } });
    expect((again.body as Session).objectId).toBe((first.body as Session).objectId);
  });

  it.each([
    ['a token that the provider does not know', { id: '7', access_token: 'bad' }],
    ["somebody else's id", { id: '8', access_token: 'good' }],
    ['an id that would change the question', { id: '7&access_token=good', access_token: 'bad' }],
  ])('is refused with %s', async (_, given) => {
    expect(await login({ [platform]: given })).toMatchObject(refused);
  });

  it.each([
    ['no token', { id: '7' }],
    ['no id', { access_token: 'good' }],
    ['an empty id', { id: '', access_token: 'good' }],
    ['an id of 256 characters', { id: '7'.repeat(256), access_token: 'good' }],
    ['a number for an id', { id: 7, access_token: 'good' }],
    ['a list for a token', { id: '7', access_token: ['good'] }],
    ['a token of 9000 characters', { id: '7', access_token: 'x'.repeat(9000) }],
  ])('is not asked about with %s', async (_, given) => {
    const before = provider.asked.length;
    expect(await login({ [platform]: given })).toMatchObject(failure(400, 107));
    expect(provider.asked.length).toBe(before);
  });

  it('is refused where the application has not set it up', async () => {
    expect(await loginAt('none', { [platform]: { id: '7', access_token: 'good' } })).toMatchObject(failure(501, 252));
  });
});

it.each(['qq', 'weibo', 'facebook'])('a token that %s gave another application is refused', async (platform) => {
  expect(await login({ [platform]: { id: '7', access_token: 'of another application' } })).toMatchObject(refused);
});

it('a token of Weibo that has expired is refused', async () => {
  expect(await login({ weibo: { id: '7', access_token: 'expired' } })).toMatchObject(refused);
});

describe('the providers are asked', () => {
  it.each([
    ['wechat', 'GET /well/sns/auth?access_token=good&openid=7'],
    ['qq', 'GET /well/oauth2.0/me?access_token=good&fmt=json'],
    ['weibo', 'POST /well/oauth2/get_token_info access_token=good'],
    ['facebook', 'GET /well/debug_token?input_token=good&access_token=app-1%7Capp-secret'],
  ])('%s, as it wants to be', async (platform, question) => {
    await login({ [platform]: { id: '7', access_token: 'good' } });
    expect(provider.asked.at(-1)).toBe(question);
  });
});

describe.each(BY_ID_TOKEN)('a login by %s', (platform) => {
  it('leads to the account of the subject, for each client id of the application', async () => {
    const first = await login({ [platform]: { id: 'subject', id_token: await provider.idToken() } });
    expect(first).toMatchObject({ status: 201, body: { authData: { [platform]: { id: 'subject' } } } });
    const again = await login({ [platform]: { id_token: await provider.idToken({ aud: 'client-2' }) } });
    expect(again.body).toMatchObject({ objectId: (first.body as Session).objectId });
  });

  it.each([
    ["somebody else's id", () => ({ id: 'other' }), () => provider.idToken()],
    ['another audience', () => ({}), () => provider.idToken({ aud: 'client-3' })],
    ['another issuer', () => ({}), () => provider.idToken({ iss: 'https://accounts.example.com' })],
    ['an expired token', () => ({}), () => provider.idToken({}, { expires: Math.floor(Date.now() / 1000) - 60 })],
    ['a token that is not valid yet', () => ({}), () => provider.idToken({ nbf: Math.floor(Date.now() / 1000) + 600 })],
    ['another key', () => ({}), () => provider.idToken({}, { by: 'another key' })],
    ['another nonce', () => ({ nonce: 'mine' }), () => provider.idToken({ nonce: 'not mine' })],
    ['no nonce', () => ({ nonce: 'mine' }), () => provider.idToken()],
    ['a subject of 300 characters', () => ({}), () => provider.idToken({ sub: 's'.repeat(300) })],
    ['nonsense', () => ({}), async () => 'nonsense'],
    ['no signature', () => ({}), async () => unsigned({ alg: 'none' }, '')],
    ['a signature with the public key for a secret', () => ({}), async () => signedWithPublicKey()],
    [
      'a changed subject',
      () => ({}),
      async () => {
        const [header, payload = '', signature] = (await provider.idToken()).split('.');
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
        return [header, base64({ ...claims, sub: 'admin' }), signature].join('.');
      },
    ],
  ])('is refused with %s', async (_, more, token) => {
    expect(await login({ [platform]: { ...more(), id_token: await token() } })).toMatchObject(refused);
  });

  it('has a subject of well-formed Unicode', async () => {
    const answer = await login({ [platform]: { id_token: await provider.idToken({ sub: 'half \ud83d' }) } });
    expect(answer).toMatchObject({ body: { authData: { [platform]: { id: 'half \ufffd' } } } });
  });

  it('may have a nonce', async () => {
    const given = { nonce: 'mine', id_token: await provider.idToken({ nonce: 'mine' }) };
    expect(await login({ [platform]: given })).toMatchObject({ status: 201 });
  });

  it('needs an ID token', async () => {
    expect(await login({ [platform]: { id: 'subject', access_token: 'good' } })).toMatchObject(failure(400, 107));
  });
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function unsigned(header: object, signature: string): string {
  const exp = Math.floor(Date.now() / 1000) + 300;
  return [base64(header), base64({ iss: provider.at('well'), aud: 'client-1', sub: 'subject', exp }), signature].join(
    '.',
  );
}

function signedWithPublicKey(): string {
  const content = unsigned({ alg: 'HS256', kid: 'one' }, '').slice(0, -1);
  return `${content}.${createHmac('sha256', provider.publicKey).update(content).digest('base64url')}`;
}

describe.each([...BAD, 'down'])('a provider that is %s', (app) => {
  it('logs no user in, and fails in time', { tags: 'slow' }, async () => {
    const start = performance.now();
    const [byAccessToken, byIdToken] = await Promise.all([
      loginAt(app, { wechat: { id: '7', access_token: 'good' } }),
      loginAt(app, { company: { id_token: await provider.idToken({ iss: provider.at(app) }) } }),
    ]);
    expect(byIdToken).toMatchObject(unavailable);
    // "missing" is a valid response: it means that the token is invalid.
    expect(byAccessToken).toMatchObject(app === 'missing' ? refused : unavailable);
    expect(performance.now() - start).toBeLessThan(8000);
    expect(JSON.stringify(byIdToken.body)).not.toMatch(/127\.0\.0\.1|good|fetch/);
  });
});

it.each(['impostor', 'inward'])('the keys of an %s issuer are not taken', async (app) => {
  const token = await provider.idToken({ iss: provider.at(app) });
  expect(await loginAt(app, { company: { id_token: token } })).toMatchObject(unavailable);
});

describe('third-party logins', () => {
  it.each([
    ['none', {}],
    ['six at once', Object.fromEntries([...'abcdef'].map((name) => [name, { id: '7', access_token: 'good' }]))],
    ['no object', 'qq'],
    ['a text for the login', { qq: 'good' }],
  ])('are refused when there are %s', async (_, authData) => {
    expect(await login(authData)).toMatchObject(failure(400, 107));
  });

  it('of several platforms are that of the first one that is confirmed', async () => {
    const [good, bad] = [
      { id: '7', access_token: 'good' },
      { id: '7', access_token: 'bad' },
    ];
    const alone = await login({ weibo: good });
    for (const authData of [
      { qq: bad, weibo: good },
      { nobody: good, qq: { id: '7' }, weibo: good, facebook: good },
      { company: { id_token: 'nonsense' }, google: bad, apple: bad, wechat: bad, weibo: good },
    ]) {
      expect(await login(authData)).toMatchObject({ status: 201, body: { authData: { weibo: { id: '7' } } } });
      expect(((await login(authData)).body as Session).objectId).toBe((alone.body as Session).objectId);
    }
    const both = await login({ qq: good, weibo: good });
    expect((both.body as Session).authData).toEqual({ qq: { id: '7' } });
  });

  it.each([
    ['none is confirmed', 'well', { qq: { id: '7' }, weibo: { id: '7', access_token: 'bad' } }, refused],
    ['none is set up', 'none', { qq: {}, weibo: { id: '7', access_token: 'good' } }, failure(501, 252)],
    ['one cannot be asked', 'broken', { nobody: {}, qq: { id: '7', access_token: 'bad' }, company: {} }, unavailable],
  ])('of several platforms are refused when %s', async (_, app, authData, answer) => {
    expect(await loginAt(app, authData)).toMatchObject(answer);
  });

  it('of too many platforms are not asked about', async () => {
    const before = provider.asked.length;
    const good = { id: '7', access_token: 'good' };
    const authData = { qq: good, weibo: good, wechat: good, weixin: good, facebook: good, company: good };
    expect(await login(authData)).toMatchObject(failure(400, 107));
    expect(provider.asked.length).toBe(before);
  });

  it.each(['toString', '__proto__', 'constructor', 'oidc', 'COMPANY', ''])('of %s do not exist', async (platform) => {
    const authData = `{"authData": {${JSON.stringify(platform)}: {"id": "7", "access_token": "good", "id_token": "x"}}}`;
    const { status, body } = await accountsOf(system, 'well').call('POST', '/2.0/users', authData);
    expect([status, body]).toEqual([
      expect.toBeOneOf([501, 400]),
      { code: expect.toBeOneOf([252, 107]), error: expect.any(String) },
    ]);
  });

  it('of the same person at the same moment make one account', async () => {
    const given = { company: { id_token: await provider.idToken({ sub: 'twins' }) } };
    const answers = await Promise.all([...Array(5)].map(() => login(given)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ body }) => (body as Session).objectId)).size).toBe(1);
  });

  it('of two platforms are two people, whatever their ids', async () => {
    const one = await login({ qq: { id: '7', access_token: 'good' } });
    const other = await login({ weibo: { id: '7', access_token: 'good' } });
    expect((one.body as Session).objectId).not.toBe((other.body as Session).objectId);
  });

  it('with keys that the issuer does not have do not make us ask it each time', async () => {
    await login({ company: { id_token: await provider.idToken() } });
    const before = provider.asked.length;
    for (let n = 0; n < 8; n++) {
      const given = { id_token: await provider.idToken({}, { by: 'an unknown key' }) };
      expect(await login({ company: given })).toMatchObject(refused);
    }
    // Each function instance requests the keys once, and then not for half a minute.
    expect(provider.asked.length - before).toBeLessThan(4);
  });
});
