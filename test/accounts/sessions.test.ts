import { describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { rest, someone } from '../support/macaw.ts';
import { accountsOf, type Session } from './calls.ts';

const system = database(() => ({
  strict: { mode: 'strict' },
  closed: { mode: 'strict', plainLogin: false },
  open: {},
  discreet: { mode: 'strict', uniqueEmails: false },
}));
const strict = accountsOf(system, 'strict');
const closed = accountsOf(system, 'closed');
const open = accountsOf(system, 'open');
const { call, as, register, login } = strict;

const socket = async (auth: Record<string, unknown>, version: '1.4.8' | '4.8.4' = '4.8.4') => {
  const device = new Device(version, system.origin, { query: { auth: JSON.stringify(auth) } });
  return {
    device,
    said: (await device.logins.at()) as { success: boolean; id: string; token?: string; error?: number },
  };
};

const valid = async ({ objectId }: Session, token: string) =>
  (await as(token)('GET', `/2.0/users/${objectId}`)).status === 200;

async function tokens(username: string, password: string, many: number): Promise<string[]> {
  const answers = await Promise.all([...Array(many)].map(() => login(username, password)));
  return answers.map(({ body }) => (body as Session).sessionToken);
}

describe('a session', () => {
  it.each(['GET', 'POST'])('ends by logging out with %s, and no other does', async (method) => {
    const tom = await register();
    const [one = '', other = ''] = await tokens(tom.username, tom.password, 2);
    expect(await as(one)(method, '/2.0/logout')).toMatchObject({ status: 200, body: {} });
    expect([await valid(tom, one), await valid(tom, other)]).toEqual([false, true]);
    expect(await as(one)(method, '/2.0/logout')).toMatchObject({ status: 401, body: { code: 209 } });
    expect(await as(one)('GET', `/ctx/${tom.objectId}`)).toMatchObject({ status: 403 });
  });

  it('ends, with the connections, when the password is changed; the answer has the next one', async () => {
    const tom = await register();
    const [one = '', other = ''] = await tokens(tom.username, tom.password, 2);
    const { device } = await socket(strict.auth({ username: tom.username, password: tom.password }));
    const answer = await as(one)('POST', '/2.0/updatePassword', { password: tom.password, newPassword: 'better' });
    expect(answer).toMatchObject({ status: 200, body: { objectId: tom.objectId } });
    expect([await valid(tom, one), await valid(tom, other), await valid(tom, tom.sessionToken)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(await valid(tom, (answer.body as Session).sessionToken)).toBe(true);
    await device.disconnects.at();
    expect((await login(tom.username, tom.password)).status).toBe(404);
    expect((await login(tom.username, 'better')).status).toBe(200);
  });

  it('does not change the password without the old one, which is not to be guessed', async () => {
    const tom = await register();
    const change = (password: unknown) =>
      as(tom.sessionToken)('POST', '/2.0/updatePassword', { password, newPassword: 'stolen' });
    const answers = await Promise.all([...Array(11)].map((_, n) => change(`guess ${n}`)));
    const codes = answers.map(({ body }) => (body as { code: number }).code);
    expect(codes.filter((code) => code === 101)).toHaveLength(10);
    expect(await change(tom.password)).toMatchObject({ status: 429, body: { code: 155 } });
    expect(await change('')).toMatchObject({ status: 400, body: { code: 201 } });
    expect((await login(tom.username, tom.password)).status).toBe(200);
  }, 60_000);

  it('ends, with the connections, when the account is deleted; and its user id cannot be used again', async () => {
    const tom = await register();
    const { device, said } = await socket(strict.auth({ username: tom.username, password: tom.password }));
    expect((await as(tom.sessionToken)('DELETE', `/2.0/users/${tom.objectId}`)).status).toBe(200);
    await device.disconnects.at();
    for (const token of [tom.sessionToken, said.token ?? '']) {
      expect(await as(token)('GET', `/ctx/${tom.objectId}`)).toMatchObject({ status: 403 });
    }
    const plain = await socket(strict.auth({ client: tom.objectId }));
    expect(plain.said).toMatchObject({ success: false, error: 5003 });
  });

  it('expires', async () => {
    const tom = await register();
    const now = Math.ceil(Date.now() / 1000);
    const mine = (item: Record<string, unknown>) =>
      String(item.pk).endsWith(tom.objectId) && String(item.sk).startsWith('session#');
    const [session] = (await system.database.accounts()).filter(mine);
    expect(Number(session?.expires) - now).toBeGreaterThan(29 * 24 * 60 * 60);
    expect(JSON.stringify(session)).not.toContain(tom.sessionToken.slice(26));
    expect(await system.database.expire(mine, now - 1)).toBe(1);
    expect(await valid(tom, tom.sessionToken)).toBe(false);
    expect(await as(tom.sessionToken)('GET', `/2.0/users/${tom.objectId}`)).toMatchObject({ body: { code: 209 } });
  });

  it('is of one application, and of one account', async () => {
    const [tom, jerry] = [await register(), await register()];
    const path = `/2.0/users/${tom.objectId}`;
    expect(await open.as(tom.sessionToken)('GET', path)).toMatchObject({ status: 401, body: { code: 209 } });
    const mixed = `r:${tom.objectId}${jerry.sessionToken.slice(26)}`;
    expect(await as(mixed)('GET', path)).toMatchObject({ status: 401, body: { code: 209 } });
    expect(await as(tom.sessionToken.slice(0, -1))('GET', path)).toMatchObject({ body: { code: 209 } });
  });
});

describe('in strict mode', () => {
  it('the session of an account serves at the endpoints of the chat, as that user only', async () => {
    const [tom, jerry] = [await register(), await register()];
    const toms = as(tom.sessionToken);
    const befriended = await strict.master('POST', `/ctx/${tom.objectId}/friends/${jerry.objectId}`);
    expect(befriended.status).toBe(200);
    expect((await toms('GET', `/ctx/${jerry.objectId}/friends`)).status).toBe(403);
    const headers = { 'X-ML-AppId': 'strict', 'X-ML-APIKey': '', 'X-ML-Session-Token': tom.sessionToken };
    const alone = await rest(system.origin, 'GET', `/ctx/${tom.objectId}/friends`, { headers });
    expect(alone).toMatchObject({ status: 200, body: [jerry.objectId] });
  });

  it.each(['1.4.8', '4.8.4'] as const)(
    'a login on the socket of %s hands out a session of the account',
    async (version) => {
      const tom = await register();
      const { said } = await socket(strict.auth({ username: tom.username, password: tom.password }), version);
      expect(said).toMatchObject({ success: true, id: tom.objectId, token: expect.stringMatching(/^r:/) });
      expect(await valid(tom, said.token ?? '')).toBe(true);
      await as(said.token ?? '')('POST', '/2.0/logout');
      expect(await valid(tom, said.token ?? '')).toBe(false);
    },
  );

  it('the client key does not make anybody the user of an account', async () => {
    const tom = await register();
    const { said, device } = await socket(strict.auth({ client: tom.objectId }));
    expect(said).toMatchObject({ success: false, error: 5003 });
    await device.disconnects.at();
    const plain = someone('plain');
    expect((await socket(strict.auth({ client: plain }))).said).toMatchObject({ success: true, id: plain });
  });

  it('an application may allow no logins but those of accounts', async () => {
    expect((await socket(closed.auth({ client: someone('plain') }))).said).toMatchObject({
      success: false,
      error: 5003,
    });
    const tom = await closed.register();
    expect((await socket(closed.auth({ username: tom.username, password: tom.password }))).said).toMatchObject({
      success: true,
      id: tom.objectId,
    });
  });

  it('accounts need no more than the client key to begin with', async () => {
    expect((await call('POST', '/2.0/users', { username: someone('name'), password: 'x' })).status).toBe(201);
  });
});

it('in open mode, a session does what the client key does that comes with it, and alone what is its own', async () => {
  const [tom, jerry] = [await open.register(), await open.register()];
  const ask = async (path: string, key?: Record<string, string>) =>
    (await open.call('GET', path, undefined, { 'X-ML-Session-Token': tom.sessionToken, ...key })).status;
  expect(await ask(`/ctx/${jerry.objectId}`)).toBe(200);
  expect(await ask(`/ctx/${tom.objectId}`, { 'X-ML-APIKey': '' })).toBe(200);
  expect(await ask(`/ctx/${jerry.objectId}`, { 'X-ML-APIKey': '' })).toBe(403);
  expect(await ask(`/ctx/${jerry.objectId}`, { 'X-ML-APIKey': 'wrong' })).toBe(403);
});

it('in open mode, too, an account is its own only', async () => {
  const [tom, jerry] = [await open.register(), await open.register()];
  for (const method of ['GET', 'DELETE']) {
    expect(await open.as(jerry.sessionToken)(method, `/2.0/users/${tom.objectId}`)).toMatchObject({ status: 403 });
    expect(await open.call(method, `/2.0/users/${tom.objectId}`)).toMatchObject({ status: 401 });
  }
  const { said } = await socket(open.auth({ client: tom.objectId }));
  expect(said).toEqual({ success: true, id: tom.objectId });
});

it('without unique emails, nobody learns which addresses are registered', async () => {
  const discreet = accountsOf(system, 'discreet');
  const email = `${someone('mail')}@example.com`;
  const [one, two] = [await discreet.register({ email }), await discreet.register({ email })];
  const three = await discreet.register();
  expect((await discreet.as(three.sessionToken)('PUT', `/2.0/users/${three.objectId}`, { email })).status).toBe(200);
  for (const { objectId, sessionToken } of [one, two, three]) {
    const path = `/2.0/users/${objectId}`;
    expect((await discreet.as(sessionToken)('GET', path)).body).toMatchObject({ email, emailVerified: false });
    expect((await discreet.as(sessionToken)('PUT', path, { email: null })).body).not.toHaveProperty('email');
    expect((await discreet.as(sessionToken)('DELETE', path)).status).toBe(200);
  }
});
