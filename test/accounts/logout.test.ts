import { expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { accountsOf } from './calls.ts';

const system = database(() => ({ open: {}, strict: { mode: 'strict' } }));

const CASES = (['open', 'strict'] as const).flatMap((app) =>
  (
    [
      ['1.4.8', 'URL'],
      ['4.8.4', 'URL'],
      ['4.8.4', 'CONNECT payload'],
    ] as const
  ).map(([version, way]) => [app, version, way] as const),
);

const devicesOf = (appId: 'open' | 'strict') => {
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
  const { register, as, connect } = devicesOf('strict');
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
