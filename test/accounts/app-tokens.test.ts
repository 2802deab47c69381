import { createHmac } from 'node:crypto';
import { decodeJwt, type JWTPayload, SignJWT } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { app, rest, someone } from '../support/macaw.ts';
import { accountsOf } from './calls.ts';
import { Provider } from './provider.ts';

const provider = await Provider.start();
afterAll(() => provider.stop());

const SECRET = 'a secret of the application, 32 bytes or more';
const DAY = 24 * 60 * 60 * 1000;

const system = database(() => ({
  minted: { mode: 'strict', plainLogin: false },
  shared: { mode: 'strict', plainLogin: false, logins: { jwt: { secret: SECRET } } },
  named: { mode: 'strict', logins: { jwt: { secret: SECRET, issuer: 'https://example.com', audience: 'chat' } } },
  published: { mode: 'strict', logins: { jwt: { jwksUrl: `${provider.at('well')}/keys` } } },
  confused: { mode: 'strict', logins: { jwt: { jwksUrl: `${provider.at('well')}/keys`, secret: SECRET } } },
  ...Object.fromEntries(
    ['slow', 'redirecting', 'broken'].map((how) => [
      `${how}-keys`,
      { mode: 'strict', logins: { jwt: { jwksUrl: `${provider.at(how)}/keys` } } },
    ]),
  ),
}));

interface Said {
  readonly success: boolean;
  readonly id: string;
  readonly token: string;
}

interface Token {
  readonly token: string;
  readonly id: string;
  readonly expires: number;
}

/** A request with nothing but a token. */
const as = (appId: string, token: string) => (method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, {
    ...(body !== undefined && { body }),
    headers: { 'X-ML-AppId': appId, 'X-ML-APIKey': '', 'X-ML-Session-Token': token },
  });

/** Connects with these credentials and no others, in the URL or in the packet that joins the namespace. */
async function connect(auth: Record<string, unknown>, inPacket = false) {
  const device = new Device(
    '4.8.4',
    system.origin,
    inPacket ? { options: { auth } } : { query: { auth: JSON.stringify(auth) } },
  );
  return { device, said: (await device.logins.at()) as Said };
}

async function mint(body: Record<string, unknown>, appId = 'minted'): Promise<Token> {
  const answer = await accountsOf(system, appId).master('POST', '/2.0/tokens', body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as Token;
}

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

function signed(
  claims: Record<string, unknown>,
  secret = SECRET,
  header: Record<string, string> = {},
): Promise<string> {
  return new SignJWT({ exp: inAnHour(), ...claims } as JWTPayload)
    .setProtectedHeader({ alg: 'HS256', ...header })
    .sign(new TextEncoder().encode(secret));
}

describe('a token that the server of an application asks for', () => {
  it('makes a user, who talks and asks with it alone in strict mode', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const before = Date.now();
    const token = await mint({ id: tom, attributes: { nickname: 'Tom' } });
    expect(token).toEqual({ token: expect.any(String), id: tom, expires: expect.any(Number) });
    expect(Math.abs(token.expires - before - 30 * DAY)).toBeLessThan(10_000);
    expect(await as('minted', token.token)('GET', `/ctx/${tom}/attributes`)).toMatchObject({
      status: 200,
      body: { nickname: 'Tom' },
    });
    expect((await as('minted', token.token)('GET', `/ctx/${jerry}`)).status).toBe(403);

    const { token: jerrys } = await mint({ id: jerry });
    const master = { 'X-ML-AppId': 'minted', 'X-ML-MasterKey': app.masterKey };
    const befriended = await rest(system.origin, 'POST', `/ctx/${jerry}/friends/${tom}`, { headers: master });
    expect(befriended.status).toBe(200);
    const [toms, listener] = await Promise.all([
      connect({ app: 'minted', sessionToken: token.token }),
      connect({ app: 'minted', sessionToken: jerrys }, true),
    ]);
    expect([toms.said, listener.said]).toMatchObject([
      { success: true, id: tom },
      { success: true, id: jerry },
    ]);
    await toms.device.say(text(jerry, 'hello'));
    expect(await listener.device.messages.at()).toMatchObject({ from: { id: tom }, content: { body: 'hello' } });
  });

  it('adds to the attributes of a user who exists', async () => {
    const id = someone('tom');
    await mint({ id, attributes: { a: 1, b: 1 } });
    const { token } = await mint({ id, attributes: { b: 2 } });
    expect((await as('minted', token)('GET', `/ctx/${id}/attributes`)).body).toEqual({ a: 1, b: 2 });
  });

  it('is not prolonged by a login, which is answered without another token', async () => {
    const id = someone('tom');
    const { token, expires } = await mint({ id, expiresIn: 60 });
    expect(expires - Date.now()).toBeLessThanOrEqual(60_000);
    expect(decodeJwt(token).exp).toBe(expires / 1000);
    for (const inPacket of [false, true]) {
      const { said } = await connect({ app: 'minted', sessionToken: token }, inPacket);
      expect(said).toEqual({ success: true, id });
    }
  });

  it('of an account ends with its password', async () => {
    const { register, call } = accountsOf(system, 'minted');
    const tom = await register();
    const { token } = await mint({ id: tom.objectId });
    expect((await as('minted', token)('GET', `/ctx/${tom.objectId}`)).status).toBe(200);
    const passwords = { password: tom.password, newPassword: 'better' };
    await call('POST', '/2.0/updatePassword', passwords, { 'X-ML-Session-Token': tom.sessionToken });
    expect((await as('minted', token)('GET', `/ctx/${tom.objectId}`)).status).toBe(401);
  });

  it('is for whoever holds the master key', async () => {
    const { call } = accountsOf(system, 'minted');
    const body = { id: someone('tom') };
    expect(await call('POST', '/2.0/tokens', body)).toMatchObject({ status: 403, body: { code: 119 } });
    const { token } = await mint(body);
    expect(await as('minted', token)('POST', '/2.0/tokens', body)).toMatchObject({ status: 403, body: { code: 119 } });
  });

  it.each([
    ['no id', {}, 107],
    ['an id with a space', { id: 'to m' }, 107],
    ['an id of 129 characters', { id: 'x'.repeat(129) }, 116],
    ['59 seconds', { id: 'tom', expiresIn: 59 }, 107],
    ['31 days', { id: 'tom', expiresIn: 31 * 24 * 3600 }, 107],
    ['half a second', { id: 'tom', expiresIn: 100.5 }, 107],
    ['attributes that are a list', { id: 'tom', attributes: [] }, 107],
  ])('is refused with %s', async (_, body, code) => {
    const answer = await accountsOf(system, 'minted').master('POST', '/2.0/tokens', body);
    expect(answer.body).toEqual({ code, error: expect.any(String) });
  });

  it('is worth nothing in another application', async () => {
    const { token } = await mint({ id: 'tom' });
    // The keys differ by nothing, the audience does.
    expect((await as('shared', token)('GET', '/ctx/tom')).status).toBe(401);
  });
});

describe('a login by token', () => {
  it('needs no signature, and any other does', async () => {
    const id = someone('tom');
    const { said } = await connect({ app: 'minted', client: id });
    expect(said).toMatchObject({ success: false, error: 5001, message: expect.stringContaining('auth.sign') });
    const wrong = await connect({ app: 'minted', sessionToken: 'nonsense' });
    expect(wrong.said).toMatchObject({ success: false, error: 5003 });
    const nowhere = await connect({ app: 'nowhere', sessionToken: 'nonsense' });
    expect(nowhere.said).toMatchObject({ success: false, error: 5003 });
  });

  it('works with the session of an account alone', async () => {
    const tom = await accountsOf(system, 'minted').register();
    const { said } = await connect({ app: 'minted', sessionToken: tom.sessionToken });
    expect(said).toMatchObject({ success: true, id: tom.objectId });
  });
});

describe('a token that the application signs with a secret', () => {
  it('logs its user in, and is good for REST', async () => {
    const sub = someone('tom');
    const token = await signed({ sub });
    for (const inPacket of [false, true]) {
      const { said } = await connect({ app: 'shared', sessionToken: token }, inPacket);
      expect(said).toEqual({ success: true, id: sub });
    }
    expect((await as('shared', token)('GET', `/ctx/${sub}`)).status).toBe(200);
    expect((await as('shared', token)('GET', `/ctx/${someone('jerry')}`)).status).toBe(403);
  });

  it('may be a little late, as clocks are', async () => {
    const late = (seconds: number) => signed({ sub: 'tom', exp: Math.floor(Date.now() / 1000) - seconds });
    expect((await as('shared', await late(10))('GET', '/ctx/tom/friends')).status).toBe(200);
    expect((await as('shared', await late(40))('GET', '/ctx/tom/friends')).status).toBe(401);
  });

  it.each<[string, () => Promise<string>]>([
    ['another secret', () => signed({ sub: 'tom' }, 'another secret that is just as long as it')],
    ['no expiry', () => signed({ sub: 'tom', exp: undefined })],
    ['no subject', () => signed({})],
    ['a subject that is no id', () => signed({ sub: 'to m' })],
    ['a subject of 129 characters', () => signed({ sub: 'x'.repeat(129) })],
    ['the type of our own tokens', () => signed({ sub: 'tom', kind: 'user' }, SECRET, { typ: 'macaw-session+jwt' })],
    ['a time before which it is not valid', () => signed({ sub: 'tom', nbf: inAnHour() })],
    ['no algorithm', async () => `${base64({ alg: 'none' })}.${base64({ sub: 'tom', exp: inAnHour() })}.`],
    ['HS512', () => signed({ sub: 'tom' }, SECRET, { alg: 'HS512' })],
    ['a key pair, where there is none', () => provider.idToken({ sub: 'tom' })],
  ])('is refused with %s', async (_, make) => {
    const token = await make();
    expect(await as('shared', token)('GET', '/ctx/tom/friends')).toMatchObject({
      status: 401,
      body: { errorCode: 5003 },
    });
    expect((await connect({ app: 'shared', sessionToken: token })).said).toMatchObject({ success: false, error: 5003 });
  });

  it('must have the issuer and the audience that are set', async () => {
    const right = { sub: 'tom', iss: 'https://example.com', aud: 'chat' };
    const status = async (claims: JWTPayload) =>
      (await as('named', await signed(claims))('GET', '/ctx/tom/friends')).status;
    expect(await status(right)).toBe(200);
    expect(await status({ ...right, iss: 'https://example.org' })).toBe(401);
    expect(await status({ ...right, aud: 'shop' })).toBe(401);
    expect(await status({ sub: 'tom' })).toBe(401);
  });

  it('is refused where the application has not set this up', async () => {
    expect((await as('minted', await signed({ sub: 'tom' }))('GET', '/ctx/tom/friends')).status).toBe(401);
  });
});

describe('a token that the application signs with a private key', () => {
  it('logs its user in, and is good for REST; the keys are asked for once', async () => {
    const sub = someone('tom');
    const token = await provider.idToken({ sub });
    expect((await connect({ app: 'published', sessionToken: token })).said).toMatchObject({ success: true, id: sub });
    expect((await as('published', token)('GET', `/ctx/${sub}`)).status).toBe(200);
    const before = provider.asked.length;
    for (let n = 0; n < 5; n++) expect((await as('published', token)('GET', `/ctx/${sub}`)).status).toBe(200);
    expect(provider.asked.length).toBe(before);
  });

  it.each(['published', 'confused'])('is refused with the public key for a secret: %s', async (appId) => {
    const content = `${base64({ alg: 'HS256', kid: 'one' })}.${base64({ sub: 'tom', exp: inAnHour() })}`;
    const forged = `${content}.${createHmac('sha256', provider.publicKey).update(content).digest('base64url')}`;
    expect((await as(appId, forged)('GET', '/ctx/tom/friends')).status).toBe(401);
  });

  it('is accepted beside those with a secret', async () => {
    for (const token of [await provider.idToken({ sub: 'tom' }), await signed({ sub: 'tom' })]) {
      expect((await as('confused', token)('GET', '/ctx/tom/friends')).status).toBe(200);
    }
  });

  it.each(['another key', 'an unknown key'] as const)('is refused with %s', async (by) => {
    const token = await provider.idToken({ sub: 'tom' }, { by });
    expect((await as('published', token)('GET', '/ctx/tom/friends')).status).toBe(401);
  });

  it.each(['slow', 'redirecting', 'broken'])('lets nobody in while its keys are %s', { tags: 'slow' }, async (how) => {
    const token = await provider.idToken({ sub: 'tom' });
    const answer = await as(`${how}-keys`, token)('GET', '/ctx/tom/friends');
    expect(answer).toMatchObject({ status: 500, body: { errorCode: 5002 } });
    expect(JSON.stringify(answer.body)).not.toContain('127.0.0.1');
    const { said } = await connect({ app: `${how}-keys`, sessionToken: token });
    expect(said).toMatchObject({ success: false, error: 5002 });
  });
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
