// @module-tag slow

import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';
import { accountsOf } from './calls.ts';

const SECRET = 'a secret of the application, 32 bytes or more';

/** How late frames are handled, in milliseconds. */
let lateness = 0;
const system = database(() => ({ open: {}, sealed: { mode: 'strict', logins: { jwt: { secret: SECRET } } } }), {
  invocationDelayMs: (functionId) => (functionId.startsWith('Message') ? lateness : 0),
});

const CASES = (['open', 'sealed'] as const).flatMap((app) =>
  (
    [
      ['1.4.8', 'URL'],
      ['4.8.4', 'URL'],
      ['4.8.4', 'CONNECT payload'],
    ] as const
  ).map(([version, way]) => [app, version, way] as const),
);

const devicesOf = (appId: 'open' | 'sealed') => {
  const accounts = accountsOf(system, appId);
  const connect = (version: '1.4.8' | '4.8.4', way: 'URL' | 'CONNECT payload', login: Record<string, unknown>) => {
    const auth = accounts.auth(login);
    const query = way === 'URL' ? { query: { auth: JSON.stringify(auth) } } : {};
    const options = { reconnectionDelay: 50, ...(way === 'CONNECT payload' && { auth }) };
    return new Device(version, system.origin, { ...query, options });
  };
  const sessions = async (id: string) => {
    await system.cloud.settled();
    return (await accounts.master('GET', `/ctx/${id}`)).body;
  };
  return { ...accounts, connect, sessions };
};

it.each(CASES)(
  'a logout in %s mode closes the sockets of its session, and no others (%s, credentials in the %s)',
  async (app, version, way) => {
    const { register, succeed, as, connect, sessions } = devicesOf(app);
    const tom = await register();
    const login = { username: tom.username, password: tom.password };
    const again = await succeed('POST', '/2.0/login', login);
    const ended = [1, 2].map(() => connect(version, way, { sessionToken: tom.sessionToken }));
    const others = [connect(version, way, { sessionToken: again.sessionToken }), connect(version, way, login)];
    for (const device of [...ended, ...others]) expect(await device.loggedIn()).toBe(tom.objectId);
    expect(await sessions(tom.objectId)).toMatchObject({ sessions: 4 });

    expect((await as(tom.sessionToken)('GET', '/2.0/logout')).status).toBe(200);
    for (const device of ended) {
      await device.disconnects.at();
      // Stock clients come back with the same credentials, which are worth nothing now.
      expect(await device.logins.at(1)).toMatchObject({ success: false, error: 5003 });
    }
    // API Gateway reports the end of a connection when the client has confirmed it, or some seconds later.
    await expect.poll(() => sessions(tom.objectId), { timeout: 15_000 }).toMatchObject({ sessions: 2 });
    expect(others.flatMap(({ disconnects }) => disconnects.received)).toEqual([]);
  },
  60_000,
);

it('a logout with the token that a login on a socket has handed out closes that socket', async () => {
  const { register, as, connect } = devicesOf('sealed');
  const tom = await register();
  const device = connect('4.8.4', 'URL', { username: tom.username, password: tom.password });
  const { token } = (await device.logins.at()) as { token: string };
  await as(token)('POST', '/2.0/logout');
  await device.disconnects.at();
});

it('a connection keeps a hash of its session, not the token', async () => {
  const { register, connect } = devicesOf('open');
  const tom = await register();
  await connect('4.8.4', 'URL', { sessionToken: tom.sessionToken }).loggedIn();
  const item = (await system.database.connections()).find(({ id, attempt }) => id === tom.objectId && attempt);
  expect(item?.sessions).toEqual(new Set([expect.stringMatching(/^[\w-]{43}$/)]));
  const secret = tom.sessionToken.slice(-43);
  expect([...Object(item).sessions]).not.toContain(secret);
});

/** Makes a request with a token and no key. */
const bearing =
  (token: string, appId = 'sealed') =>
  (method: string, path: string) =>
    rest(system.origin, method, path, {
      headers: { 'X-ML-AppId': appId, 'X-ML-APIKey': '', 'X-ML-Session-Token': token },
    });

const byToken = (token: string) =>
  new Device('4.8.4', system.origin, { query: { auth: JSON.stringify({ app: 'sealed', sessionToken: token }) } });

const { master, auth, register } = accountsOf(system, 'sealed');

/** Logs in on a socket, which answers with a token in strict mode. */
async function logIn(login: Record<string, unknown>) {
  const device = new Device('4.8.4', system.origin, { query: { auth: JSON.stringify(auth(login)) } });
  const { id, token } = (await device.logins.at()) as { id: string; token: string };
  return { device, id, token };
}

const mint = async (id: string) => Object((await master('POST', '/2.0/tokens', { id })).body).token as string;

const TOKENS: readonly (readonly [string, () => Promise<{ token: string; path: string }>])[] = [
  [
    'a user without an account',
    async () => {
      const { id, token } = await logIn({ client: someone() });
      return { token, path: `/ctx/${id}` };
    },
  ],
  [
    'a visitor',
    async () => {
      const { id, token } = await logIn({ passenger: { nickname: 'guest' } });
      return { token, path: `/passengers/${id}` };
    },
  ],
  [
    'POST /2.0/tokens',
    async () => {
      const id = someone();
      return { token: await mint(id), path: `/ctx/${id}` };
    },
  ],
  [
    'the server of the application',
    async () => {
      const id = someone();
      await mint(id);
      const claims = { sub: id, exp: Math.floor(Date.now() / 1000) + 600 };
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
      return { token, path: `/ctx/${id}` };
    },
  ],
];

describe.each(TOKENS)('a token of %s', (_, make) => {
  it('ends by a logout, with its sockets', async () => {
    const { token, path } = await make();
    const device = byToken(token);
    expect(await device.logins.at()).toEqual({ success: true, id: path.split('/').at(-1) });
    expect((await bearing(token)('GET', path)).status).toBe(200);
    expect((await bearing(token)('POST', '/2.0/logout')).status).toBe(200);
    await device.disconnects.at();
    expect((await bearing(token)('GET', path)).status).toBe(401);
    expect(await byToken(token).logins.at()).toMatchObject({ success: false, error: 5003 });
  });
});

interface Listed {
  readonly id: string;
  readonly current: boolean;
  readonly used?: number;
  readonly created?: number;
  readonly expires: number;
  readonly device?: string;
}

describe('the list of sessions', () => {
  const list = async (token: string) =>
    (await bearing(token)('GET', '/2.0/sessions')).body as { readonly results: readonly Listed[] };

  it('has those of the caller, with their devices, and no token', async () => {
    const install = someone('install');
    const [id, before] = [someone('tom'), Date.now()];
    const phone = await logIn({ client: id, install });
    const headers = { 'X-ML-AppId': 'sealed', 'X-ML-APIKey': '', 'X-ML-Session-Token': phone.token };
    const body = { installationId: install, deviceType: 'ios' };
    expect((await rest(system.origin, 'POST', '/2.0/installations', { headers, body })).status).toBe(201);
    const minted = await mint(id);
    await byToken(minted).loggedIn();

    const { results } = await list(phone.token);
    expect(results).toEqual([
      expect.objectContaining({ current: false, used: expect.any(Number), created: expect.any(Number) }),
      {
        id: expect.stringMatching(/^[\w-]{43}$/),
        current: true,
        device: 'ios',
        created: expect.any(Number),
        expires: expect.any(Number),
      },
    ]);
    for (const { created = 0, expires } of results) {
      expect(created).toBeGreaterThanOrEqual(before);
      expect(expires - created).toBeGreaterThan(29 * 24 * 60 * 60 * 1000);
    }
    expect(JSON.stringify(results)).not.toContain(minted);
    const stranger = await logIn({ client: someone('jerry') });
    expect((await list(stranger.token)).results).toHaveLength(1);
    expect((await bearing(stranger.token)('GET', `/2.0/sessions?user=${id}`)).status).toBe(403);
    const byMaster = await master('GET', `/2.0/sessions?user=${id}`);
    expect(Object(byMaster.body).results).toHaveLength(2);
    expect(await master('GET', '/2.0/sessions')).toMatchObject({ status: 400, body: { code: 107 } });
  });

  it('has the sessions of an account, and neither those that ended nor those before a new password', async () => {
    const tom = await register();
    const { token } = await logIn({ username: tom.username, password: tom.password });
    expect((await list(token)).results).toHaveLength(2);
    await bearing(tom.sessionToken)('POST', '/2.0/logout');
    expect((await list(token)).results).toMatchObject([{ current: true }]);
    const passwords = { password: tom.password, newPassword: 'better' };
    const { as } = accountsOf(system, 'sealed');
    const { sessionToken } = Object((await as(token)('POST', '/2.0/updatePassword', passwords)).body);
    expect((await list(sessionToken)).results).toMatchObject([{ current: true }]);
  });

  it('is where one of them is ended, and all others', async () => {
    const id = someone('tom');
    const devices = [await logIn({ client: id }), await logIn({ client: id }), await logIn({ client: id })] as const;
    const [first, second, third] = devices;
    const own = (await list(second.token)).results.find(({ current }) => current);
    expect((await bearing(first.token)('DELETE', `/2.0/sessions/${own?.id}`)).status).toBe(200);
    await second.device.disconnects.at();
    expect((await bearing(second.token)('GET', `/ctx/${id}`)).status).toBe(401);
    const again = await bearing(first.token)('DELETE', `/2.0/sessions/${own?.id}`);
    expect(again).toMatchObject({ status: 404, body: { code: 101 } });

    expect((await bearing(first.token)('DELETE', '/2.0/sessions')).status).toBe(200);
    await third.device.disconnects.at();
    expect((await bearing(third.token)('GET', `/ctx/${id}`)).status).toBe(401);
    expect((await list(first.token)).results).toMatchObject([{ current: true }]);
    expect(first.device.disconnects.received).toEqual([]);

    expect((await bearing(first.token)('DELETE', '/2.0/sessions?all')).status).toBe(200);
    await first.device.disconnects.at();
    expect((await bearing(first.token)('GET', '/2.0/sessions')).status).toBe(401);
  });

  it('is ended with the pushes to a device, unless another session has the same one', async () => {
    const [id, [one, other]] = [someone('tom'), [someone('install'), someone('install')]];
    const phone = await logIn({ client: id, install: one });
    const again = await logIn({ client: id, install: one });
    await logIn({ client: id, install: other });
    const installs = async () => Object((await master('GET', `/ctx/${id}`)).body).installs;
    expect(await installs()).toEqual([one, other]);
    await bearing(phone.token)('POST', '/2.0/logout');
    expect(await installs()).toEqual([one, other]);
    await bearing(again.token)('DELETE', '/2.0/sessions');
    expect(await installs()).toEqual([one]);
    await bearing(again.token)('DELETE', '/2.0/sessions?all');
    expect(await installs()).toEqual([]);
  });

  it('is ended by the master key, for a user', async () => {
    const tom = await logIn({ client: someone('tom') });
    expect((await master('DELETE', `/2.0/sessions?user=${tom.id}`)).status).toBe(200);
    await tom.device.disconnects.at();
    expect((await bearing(tom.token)('GET', `/ctx/${tom.id}`)).status).toBe(401);
  });
});

describe('what is late', () => {
  /** Connects with credentials in the URL, which the server accepts, and does not join yet. */
  const waiting = async (login: Record<string, unknown>) => {
    const query = { EIO: '4', transport: 'websocket', auth: JSON.stringify(login) };
    const client = await RawClient.connect(system.origin, query, { join: false });
    await client.until((frame) => frame.startsWith('0'));
    return client;
  };

  it('a join after the logout is refused, and its installation gets no pushes', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await master('POST', `/ctx/${tom}/friends/${jerry}`);
    const token = await mint(tom);
    const client = await waiting({ app: 'sealed', sessionToken: token, install: someone('install') });
    await bearing(token)('POST', '/2.0/logout');
    client.send('40/chat,');
    expect(await client.until((frame) => frame.includes('"login"'))).toContain('"error":5003');
    await client.closed;
    await system.cloud.settled();
    expect((await master('GET', `/ctx/${tom}`)).body).toMatchObject({ sessions: 0, installs: [] });
  });

  it.each([
    ['a password', ({ username, password }: { username: string; password: string }) => ({ username, password })],
    ['a session', ({ sessionToken }: { sessionToken: string }) => ({ sessionToken })],
  ])('a join by %s after the password changed is refused', async (_, loginOf) => {
    const tom = await register();
    const client = await waiting(auth(loginOf(tom)));
    const passwords = { password: tom.password, newPassword: 'better' };
    const { as } = accountsOf(system, 'sealed');
    expect((await as(tom.sessionToken)('POST', '/2.0/updatePassword', passwords)).status).toBe(200);
    client.send('40/chat,');
    expect(await client.until((frame) => frame.includes('"login"'))).toContain('"error":5003');
    await client.closed;
  });

  it('a message before the join is refused after the logout, whatever the URL has', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await master('POST', `/ctx/${tom}/friends/${jerry}`);
    const token = await mint(tom);
    const client = await waiting({ app: 'sealed', sessionToken: token });
    await bearing(token)('POST', '/2.0/logout');
    client.send(`42/chat,1${JSON.stringify(['say', text(jerry, 'hello')])}`);
    expect(await client.until((frame) => frame.startsWith('43/chat,1'))).toContain('"error":5003');
    expect((await master('GET', `/ctx/${tom}/friends/${jerry}/chats`)).body).toEqual([]);
  });

  it.each(['URL', 'CONNECT payload'])(
    'a message that is handled after the logout is not stored (%s)',
    { tags: 'slow' },
    async (way) => {
      const [tom, jerry] = [someone('tom'), someone('jerry')];
      await master('POST', `/ctx/${tom}/friends/${jerry}`);
      const token = await mint(tom);
      const credentials = { app: 'sealed', sessionToken: token };
      const device = new Device('4.8.4', system.origin, {
        ...(way === 'URL' ? { query: { auth: JSON.stringify(credentials) } } : {}),
        options: { reconnection: false, ...(way !== 'URL' && { auth: credentials }) },
      });
      await device.loggedIn();
      lateness = 1500;
      device.client.emit('say', text(jerry, 'too late'));
      try {
        expect((await bearing(token)('POST', '/2.0/logout')).status).toBe(200);
        await system.cloud.settled();
      } finally {
        lateness = 0;
      }
      expect((await master('GET', `/ctx/${tom}/friends/${jerry}/chats`)).body).toEqual([]);
    },
  );
});
