import { describe, expect, it } from 'vitest';
import { app, failureOf, macaw, rest } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, users, create } = testApi(system);

interface Parameter {
  name: string;
  in: string;
}
interface Operation {
  tags: string[];
  parameters?: Parameter[];
  requestBody?: unknown;
}

/** Every endpoint of the API description, except account endpoints, whose own tests cover their codes. */
async function operations(): Promise<{ method: string; path: string; operation: Operation }[]> {
  const response = await fetch(new URL('/openapi.json', system.origin));
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, { tags }]) => /^(get|post|put|patch|delete)$/.test(method) && !tags.includes('accounts'))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

const filled = (path: string, bad?: { name: string; value: string }) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === bad?.name ? String(bad?.value) : 'somebody'));

/** Some endpoints require the master key. */
const MASTER = { 'X-ML-MasterKey': app.masterKey };

describe('every endpoint', () => {
  it.each([
    ['of 129 characters', 'x'.repeat(129), 413, 5010],
    ['with an umlaut', 't%C3%B6m', 400, 5001],
    ['with a space', 'a%20b', 400, 5001],
    ['with a hash', 'a%23b', 400, 5001],
    ['with a question mark', 'a%3Fb', 400, 5001],
    ['with a bare percent sign', 'a%25b', 400, 5001],
    ['with a NUL', 'a%00b', 400, 5001],
    ['of emoji', '%F0%9F%91%8B', 400, 5001],
  ])('names the id in its path that is %s', { tags: 'slow' }, async (_, value, status, code) => {
    let tried = 0;
    for (const { method, path, operation } of await operations()) {
      const ids = (operation.parameters ?? []).filter(
        ({ in: place, name }) =>
          place === 'path' && !['name', 'platform', 'type', 'messageId', 'reaction', 'connection'].includes(name),
      );
      for (const { name } of ids) {
        const answer = await call(
          method,
          filled(path, { name, value }),
          operation.requestBody ? {} : undefined,
          MASTER,
        );
        expect({ method, path, status: answer.status, ...failureOf(answer.body) }).toMatchObject({
          status,
          code,
          message: expect.stringContaining(name),
        });
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(50);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"a":'],
    ['a number', '5'],
    ['null', 'null'],
    ['a string', '"text"'],
    ['a form', 'a=1&b=2'],
    ['nested without end', '['.repeat(100_000)],
    ['nested a hundred thousand levels deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('that takes a body refuses %s', async (_, body) => {
    let tried = 0;
    for (const { method, path, operation } of await operations()) {
      if (!operation.requestBody) continue;
      const { status, body: answer } = await call(method, filled(path), body, MASTER);
      expect({ method, path, status, ...failureOf(answer) }).toMatchObject({
        status: expect.toSatisfy((value) => value === 400 || value === 413),
        code: expect.toSatisfy((value) => value === 5001 || value === 5010),
        message: expect.stringMatching(/\w+ \w+/),
      });
      tried += 1;
    }
    expect(tried).toBeGreaterThan(10);
  });

  it('that takes no body does not mind one, nor what it claims to be', async () => {
    const [tom = ''] = await users('tom');
    for (const type of [
      'application/json',
      'text/plain',
      'application/octet-stream',
      'multipart/form-data',
      'nonsense',
    ]) {
      const headers = { 'content-type': type };
      const answer = await rest(system.origin, 'POST', `/ctx/${tom}`, { body: '{"ignored":', headers });
      expect(answer).toMatchObject({ status: 200, body: { friends: expect.any(Array) } });
    }
  });

  it('reads a body as JSON, whatever type the client gives it', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    for (const type of ['application/json; charset=utf-8', 'text/plain', 'application/octet-stream']) {
      const headers = { 'content-type': type };
      const answer = await rest(system.origin, 'POST', '/groups', { body: { owner: tom, members: [jerry] }, headers });
      expect(answer).toMatchObject({ status: 200, body: expect.any(String) });
    }
  });

  it('answers the methods it has not with 405, naming those it has', { tags: 'slow' }, async () => {
    const all = await operations();
    for (const path of new Set(all.map((one) => one.path))) {
      const has = all.filter((one) => one.path === path).map(({ method }) => method);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((one) => !has.includes(one))) {
        const { status, body, headers } = await call(method, filled(path));
        expect({ method, path, status, ...failureOf(body) }).toMatchObject({ method, path, status: 405, code: 5009 });
        expect(headers.get('allow')?.split(', ').sort()).toEqual(has.sort());
      }
    }
  });

  it('asks for a key', async () => {
    for (const { method, path } of await operations()) {
      const response = await fetch(new URL(filled(path), system.origin), { method });
      expect({ method, path, status: response.status }).toEqual({ method, path, status: 401 });
      expect(failureOf(await response.json())).toEqual({ code: 5003, message: expect.any(String) });
    }
  });

  it('minds no trailing slash', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const group = await create('group', { owner: tom, members: [jerry] });
    for (const path of [
      `/ctx/${tom}`,
      `/ctx/${tom}/friends`,
      `/groups/${group}`,
      `/ctx/${tom}/groups?detail`,
      '/ctx?_limit=1',
    ]) {
      const [bare, query] = path.split('?');
      const slashed = `${bare}/${query === undefined ? '' : `?${query}`}`;
      expect((await call('GET', slashed)).body).toEqual((await call('GET', path)).body);
    }
  });
});

describe('unknown paths', () => {
  it.each([
    '/',
    '/nowhere',
    '/ctx/tom/nothing',
    '/groups/a/b/c/d',
    '/ctx/a%2Fb',
    '/%E4%BD%A0',
    '/ctx//friends',
    '/../etc/passwd',
  ])('%s is not found, or refused', async (path) => {
    const { status, body } = await call('PATCH', path);
    expect([404, 405]).toContain(status);
    expect(body).toMatchObject({ errorCode: expect.any(Number), errorMessage: expect.any(String) });
  });
});

it('members named twice are members once', async () => {
  const [tom = '', jerry = ''] = await users('tom', 'jerry');
  const group = await create('group', { owner: tom, members: [jerry, jerry, [tom, jerry]] });
  expect((await call('GET', `/groups/${group}`)).body).toMatchObject({ members: [jerry, tom].sort() });
  expect((await call('DELETE', `/groups/${group}/members`, { members: [jerry, jerry] })).status).toBe(204);
  expect((await call('GET', `/groups/${group}`)).body).toMatchObject({ members: [tom] });
});

it('no answer tells anything of the inside', async () => {
  const answers = await Promise.all([
    call('POST', '/groups', '{'),
    call('GET', `/ctx/${'x'.repeat(5000)}`),
    call('GET', '/ctx?_sort=%00'),
    call('POST', '/passengers', `{"a":${'1'.repeat(400)}}`),
    rest(system.origin, 'GET', '/ctx/a', { headers: { 'X-ML-AppId': `${app.id}#user#x` } }),
    rest(system.origin, 'GET', '/ctx/a', { headers: { 'X-ML-AppId': 'x'.repeat(4000) } }),
    rest(system.origin, 'GET', '/ctx/a', { headers: { 'X-ML-Session-Token': 'a.b' } }),
  ]);
  for (const { status, body } of answers) {
    expect(status).toBeLessThan(500);
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|at \w+ \(|dynamodb|arn:|table/i);
  }
});
