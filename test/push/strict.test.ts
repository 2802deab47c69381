import { expect, it } from 'vitest';
import { accountsOf } from '../accounts/calls.ts';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { someone } from '../support/macaw.ts';

const app = 'strict-push';
const system = database(() => ({ [app]: { mode: 'strict' } }));

/** Logs a user in, optionally with an installation, and makes requests with their token. */
async function logIn(install?: string, login: Record<string, unknown> = {}) {
  const auth = { app, client: someone(), ...(install && { install }), ...login };
  const device = await Device.login('4.8.4', system.origin, auth);
  const { token } = Object(await device.logins.at());
  return async (method: string, path: string, body?: unknown) => {
    const headers = { 'X-ML-AppId': app, 'X-ML-Session-Token': token };
    const response = await fetch(new URL(path, system.origin), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.status;
  };
}

it('in strict mode an installation is changed by whom it is bound to, and by anybody logged in before that', async () => {
  const install = someone('install');
  const path = `/2.0/installations/${install}`;
  const stranger = await logIn();
  const body = { installationId: install, deviceType: 'ios' };
  expect(await stranger('POST', '/2.0/installations', body)).toBe(201);
  expect(await stranger('PUT', path, { badge: 1 })).toBe(200);
  const owner = await logIn(install);
  expect(await owner('PUT', path, { badge: 0 })).toBe(200);
  expect(await owner('GET', path)).toBe(200);
  expect(await stranger('POST', '/2.0/installations', body)).toBe(403);
  expect(await stranger('PUT', path, { badge: 9 })).toBe(403);
  expect(await stranger('GET', path)).toBe(403);
  expect(await owner('GET', '/2.0/push/credentials')).toBe(403);
});

it('in strict mode an installation goes to another user only with its device token', async () => {
  const install = someone('install');
  const path = `/2.0/installations/${install}`;
  const deviceToken = '0f'.repeat(32);
  const user = someone('owner');
  const owner = await logIn(install, { client: user });
  expect(await owner('PUT', path, { deviceType: 'ios', deviceToken })).toBe(200);
  const refused = /5003.*auth\.deviceToken/;
  await expect(logIn(install)).rejects.toThrow(refused);
  await expect(logIn(install, { deviceToken: '0e'.repeat(32) })).rejects.toThrow(refused);
  expect(await owner('GET', path)).toBe(200);
  // The user themselves needs no token.
  await logIn(install, { client: user });
  const next = await logIn(install, { deviceToken: `<${deviceToken.toUpperCase()}>` });
  expect(await next('GET', path)).toBe(200);
  expect(await owner('GET', path)).toBe(403);
});

it('in strict mode an unbound installation is used only with its device token', async () => {
  const install = someone('install');
  const path = `/2.0/installations/${install}`;
  const deviceToken = 'ab'.repeat(32);
  const user = someone('owner');
  const owner = await logIn(install, { client: user });
  expect(await owner('PUT', path, { deviceType: 'ios', deviceToken })).toBe(200);
  expect(await owner('DELETE', `/ctx/${user}/installs/${install}`)).toBe(204);
  const stranger = await logIn();
  expect(await stranger('GET', path)).toBe(403);
  for (const body of [{ badge: 1 }, { deviceToken: 'cd'.repeat(32) }]) {
    expect(await stranger('PUT', path, body)).toBe(403);
    expect(await stranger('POST', '/2.0/installations', { installationId: install, ...body })).toBe(403);
  }
  expect(await stranger('PUT', path, { badge: 1, deviceToken })).toBe(200);
});

it('in strict mode the session of an account is as good as a login', async () => {
  const { sessionToken } = await accountsOf(system, app).register();
  const body = { installationId: someone('install'), deviceType: 'ios' };
  const { as } = accountsOf(system, app);
  expect((await as(sessionToken)('POST', '/2.0/installations', body)).status).toBe(201);
});
