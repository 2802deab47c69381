import { beforeAll, expect, it } from 'vitest';
import { ACCOUNT_ERROR } from '../../functions/accounts/errors.ts';
import { Described } from '../support/described.ts';
import { app, macaw, someone } from '../support/macaw.ts';
import { type Session, telephone } from './calls.ts';

const system = macaw();

let api: Described;
beforeAll(async () => {
  api = new Described(system.origin, (await (await fetch(`${system.origin}/openapi.json`)).json()) as never);
});

const codeTo = async (phone: string) => (await system.cloud.outbox.nextSms(phone)).text.match(/\d{6}/)?.[0] ?? '';

it('the account endpoints answer what their description says, each of them', { tags: 'slow' }, async () => {
  const ask = api.ask.bind(api);
  const [username, mobilePhone] = [someone('name'), telephone()];
  await ask('POST', '/2.0/requestLoginSmsCode', { body: { mobilePhone } });
  const smsCode = await codeTo(mobilePhone);
  const body = { username, password: 'secret', email: `${username}@example.com`, mobilePhone, smsCode, more: [1] };
  const tom = (await ask('POST', '/2.0/users', { body })).body as Session;
  const params = { id: tom.objectId };
  await ask('GET', '/2.0/login', { query: { username, password: 'secret' } });
  const { sessionToken } = (await ask('POST', '/2.0/login', { body: { username, password: 'secret' } }))
    .body as Session;
  const as = (token: string) => ({ headers: { 'X-ML-Session-Token': token } });
  await ask('GET', '/2.0/users/{id}', { params, ...as(sessionToken) });
  await ask('PUT', '/2.0/users/{id}', { params, ...as(sessionToken), body: { email: null, less: {} } });
  await ask('POST', '/2.0/logout', as(sessionToken));
  await ask('GET', '/2.0/logout', as(tom.sessionToken));

  const again = (await ask('POST', '/2.0/login', { body: { username, password: 'secret' } })).body as Session;
  const passwords = { password: 'secret', newPassword: 'better' };
  await ask('POST', '/2.0/updatePassword', { body: passwords, ...as(again.sessionToken) });

  const other = telephone();
  await ask('POST', '/2.0/requestLoginSmsCode', { body: { mobilePhone: other } });
  const login = { mobilePhone: other, smsCode: await codeTo(other) };
  const { sessionToken: others } = (await ask('POST', '/2.0/loginByMobilePhone', { body: login })).body as Session;
  expect(others).toMatch(/^r:/);

  const third = telephone();
  await ask('POST', '/2.0/requestPasswordReset', { body: { mobilePhone: third } });
  const reset = { mobilePhone: third, smsCode: await codeTo(third), password: 'new' };
  const master = { headers: { 'X-ML-MasterKey': app.masterKey } };
  await ask('PUT', '/2.0/users/{id}', { params, ...master, body: { mobilePhone: third } });
  await ask('POST', '/2.0/resetPasswordBySmsCode', { body: reset });
  await ask('POST', '/2.0/login', { body: { username, password: 'new' } });
  await ask('GET', '/2.0/sessions', as(others));
  const listed = (await ask('GET', '/2.0/sessions', { ...master, query: { user: tom.objectId } })).body;
  const [open] = (listed as { results: { id: string }[] }).results;
  await ask('DELETE', '/2.0/sessions/{id}', {
    params: { id: open?.id ?? '' },
    query: { user: tom.objectId },
    ...master,
  });
  await ask('DELETE', '/2.0/sessions', { query: { all: '' }, ...as(others) });
  await ask('POST', '/2.0/tokens', { ...master, body: { id: username, expiresIn: 60, attributes: { a: 1 } } });
  await ask('GET', '/2.0/users', { ...master, query: { skip: '0', limit: '5' } });
  await ask('DELETE', '/2.0/users/{id}', { params, ...master });

  const ofAccounts = api.operations().filter(([, , { tags }]) => tags.includes('accounts'));
  expect(api.asked).toEqual(new Set(ofAccounts.map(([, , { operationId }]) => operationId)));
});

it('their failures have codes and statuses of the table', async () => {
  const table = JSON.stringify(api.document.components);
  const username = someone('name');
  for (const [method, path, call, status, code] of [
    ['POST', '/2.0/users', { body: { password: 'x' } }, 400, ACCOUNT_ERROR.usernameMissing],
    ['POST', '/2.0/users', { body: { username, password: 'x', email: 'x' } }, 400, ACCOUNT_ERROR.badEmail],
    ['GET', '/2.0/login', { query: { username, password: 'x' } }, 404, ACCOUNT_ERROR.notFound],
    ['POST', '/2.0/requestPasswordReset', { body: { email: 'tom@example.com' } }, 501, ACCOUNT_ERROR.unsupported],
    ['GET', '/2.0/users', {}, 403, ACCOUNT_ERROR.forbidden],
    ['GET', '/2.0/nowhere', {}, 404, ACCOUNT_ERROR.notFound],
  ] as const) {
    expect(await api.askInVain(method, path, call)).toMatchObject({ status, body: { code } });
    expect(table).toContain(`| ${code} | ${status} |`);
  }
});

it('every path refuses what it cannot take, in their words', async () => {
  for (const [method, path, operation] of api.operations().filter(([, , { tags }]) => tags.includes('accounts'))) {
    if (!operation.requestBody) continue;
    for (const body of ['', '{"a":', '5', 'null', '"text"', '['.repeat(100_000)]) {
      const headers = { 'X-ML-MasterKey': app.masterKey };
      const answer = await api.askInVain(method, path, { params: { id: '0'.repeat(24) }, body, headers });
      expect({ method, path, ...answer }).toMatchObject({ status: 400, body: { code: 107 } });
    }
  }
});
