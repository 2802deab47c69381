import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ENV, RETENTION_DAYS } from '../../functions/shared/constants.ts';
import { p8 } from '../support/certificates.ts';
import { database } from '../support/database.ts';
import { Described } from '../support/described.ts';
import { text } from '../support/device.ts';
import { app, sign, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const ASK = 'openapi-ask';
const system = database(() => ({ [ASK]: { friendship: 'ask' } }), { own: true });
const { users, create, login } = testApi(system);

let api: Described;
beforeAll(async () => {
  api = new Described(system.origin, (await (await fetch(`${system.origin}/openapi.json`)).json()) as never);
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, system.origin), { headers, redirect: 'manual' });

describe('the description of the REST endpoints', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(api.document)))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every endpoint that there is, and no other', { tags: 'slow' }, async () => {
    for (const name of Object.values(ENV)) vi.stubEnv(name, 'none');
    vi.stubEnv(ENV.retentionDays, JSON.stringify(RETENTION_DAYS));
    const { sections } = await import('../../functions/http/routes/routes.ts');
    const { conversations } = await import('../../functions/http/routes/conversations.ts');
    const { messageChanges } = await import('../../functions/http/routes/message-changes.ts');
    const { installations } = await import('../../functions/http/routes/installations.ts');
    const { pushCredentials } = await import('../../functions/http/routes/push-credentials.ts');
    const { attachments } = await import('../../functions/http/routes/attachments.ts');
    const { accounts } = await import('../../functions/http/routes/account-routes.ts');
    const { administration } = await import('../../functions/http/routes/administration.ts');
    const { moderation } = await import('../../functions/http/routes/moderation.ts');
    const { failures } = await import('../../functions/http/routes/failures.ts');
    const { relations } = await import('../../functions/http/routes/relations.ts');
    vi.unstubAllEnvs();
    const template = (path: string) => path.replace(/:(\w+)(\{.*\})?/g, '{$1}');
    const routes = [
      ...sections,
      conversations,
      messageChanges,
      relations,
      attachments,
      administration,
      moderation,
      failures,
      accounts,
      installations,
      pushCredentials,
    ].flatMap(({ routes }) => routes.map(({ method, path }) => `${method} ${template(path)}`));
    expect(api.operations().map(([method, path]) => `${method} ${path}`)).toHaveLength(routes.length);
    expect(new Set(api.operations().map(([method, path]) => `${method} ${path}`))).toEqual(new Set(routes));
  });

  it('names every operation once, and says what it is about', () => {
    const operations = api.operations().map(([, , operation]) => operation);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { operationId, parameters, summary } of operations) {
      expect(operationId).toMatch(/^[a-z][a-zA-Z]+$/);
      expect(summary).not.toBe('');
      for (const { description } of parameters) expect(description, operationId).toMatch(/\w/);
    }
  });

  it('offers every way to prove who asks', async () => {
    const [tom = ''] = await users('tom');
    const headers = { none: '', 'X-ML-APIKey': '' };
    for (const [name, value] of [
      ['X-ML-APIKey', app.clientKey],
      ['X-ML-Request-Sign', sign()],
      ['X-ML-MasterKey', app.masterKey],
    ] as const) {
      await api.ask('GET', '/ctx/{id}', { params: { id: tom }, headers: { ...headers, [name]: value } });
    }
  });
});

describe('what the endpoints answer', () => {
  it('is what the description says, for each of them', { tags: 'slow' }, async () => {
    const ask = api.ask.bind(api);
    const [tom = '', jerry = '', butch = '', spike = ''] = await users('tom', 'jerry', 'butch', 'spike');
    const id = { id: tom };
    const fid = { id: tom, fid: jerry };

    await ask('POST', '/ctx/{id}/friends/{fid}', { params: fid });
    await ask('POST', '/ctx/{id}/friends', { params: id, body: [jerry, spike] });
    const group = await create('group', { owner: tom, members: [jerry] });
    const room = await create('room', { members: [tom, jerry] });
    const toms = await login(tom);
    const visitor = String((await ask('POST', '/passengers', { body: { name: 'Tyke' } })).body);
    for (const message of [
      text(jerry, 'hi', { remark: 'r' }),
      { ...text(butch, 'hi'), to: { id: butch, type: 4 } },
      { ...text(group, 'hi'), to: { id: group, type: 1 } },
      { ...text(visitor, 'hi'), to: { id: visitor, type: 3 } },
    ]) {
      expect(await toms.say(message)).toMatchObject({ success: true });
    }

    await ask('GET', '/ctx/{id}', { params: id });
    await ask('POST', '/ctx/{id}', { params: id });
    await ask('GET', '/ctx/{id}/friends', { params: id });
    await ask('GET', '/ctx/{id}/friends', { params: id, query: { detail: '' } });
    await ask('GET', '/ctx/{id}/friends/{fid}', { params: fid });
    await ask('GET', '/ctx/{id}/friends/{fid}/chats', { params: fid, query: { limit: '5', ts: String(9e12) } });
    const since = '01767225600000-0000000000000001-9f2b61c0';
    await ask('GET', '/ctx/{id}/sync', { params: id, query: { since } });
    const listed = await ask('GET', '/ctx/{id}/conversations', { params: id, query: { limit: '2' } });
    const { cursor } = Object(listed.body);
    const latest = async (path: string, params: Record<string, string>) => {
      const [found] = (await ask('GET', path, { params, query: { limit: '1' } })).body as { id: string }[];
      return found?.id ?? '';
    };
    for (const [path, params] of [
      ['/ctx/{id}/friends/{fid}/chats', fid],
      ['/ctx/{id}/strangers/{sid}/chats', { id: tom, sid: butch }],
      ['/groups/{id}/chats', { id: group }],
    ] as const) {
      await ask('GET', `${path}/{messageId}`, { params: { ...params, messageId: await latest(path, params) } });
    }
    const withVisitor = { id: visitor, uid: tom };
    const messageId = await latest('/passengers/{id}/chats/{uid}', withVisitor);
    await ask('GET', '/passengers/{id}/chats/{uid}/{messageId}', { params: { ...withVisitor, messageId } });
    await ask('GET', '/ctx/{id}/conversations', { params: id, query: { cursor } });
    await ask('PUT', '/ctx/{id}/conversations/{type}/{peer}/read', {
      params: { id: tom, type: 'group', peer: group },
      body: { upTo: await latest('/groups/{id}/chats', { id: group }) },
    });
    const latestOfGroup = await latest('/groups/{id}/chats', { id: group });
    const message = '/ctx/{id}/conversations/{type}/{peer}/messages/{messageId}';
    const ofMessage = { id: tom, type: 'group', peer: group, messageId: latestOfGroup };
    const asMaster = { 'X-ML-MasterKey': app.masterKey };
    await ask('PUT', `${message}/reactions/{reaction}`, { params: { ...ofMessage, reaction: 'like' } });
    await ask('PUT', message, { params: ofMessage, body: { content: { body: 'edited' } }, headers: asMaster });
    await ask('GET', '/groups/{id}/chats', { params: { id: group } });
    await ask('DELETE', `${message}/reactions/{reaction}`, { params: { ...ofMessage, reaction: 'like' } });
    await ask('DELETE', message, { params: ofMessage, headers: asMaster });
    await ask('GET', '/ctx/{id}/unread', { params: id });
    await ask('PUT', '/ctx/{id}/receipts', { params: id, body: { enabled: true } });
    await ask('GET', '/groups/{id}/reads', { params: { id: group } });
    await ask('GET', '/ctx/{id}/strangers', { params: id });
    await ask('GET', '/ctx/{id}/strangers', { params: id, query: { detail: '', skip: '0', limit: '5', ids: butch } });
    await ask('GET', '/ctx/{id}/strangers/{sid}', { params: { id: tom, sid: butch } });
    await ask('GET', '/ctx/{id}/strangers/{sid}/chats', { params: { id: tom, sid: butch } });
    await ask('GET', '/passengers/{id}', { params: { id: visitor } });
    await ask('POST', '/passengers/{id}', { params: { id: visitor } });
    await ask('GET', '/passengers/{id}/chats/{uid}', { params: { id: visitor, uid: tom } });
    await ask('POST', '/system', { body: { content: { body: 'hi' } } });
    const push = { enable: true, sound: 'horn', badge: 1, prefix: null };
    await ask('POST', '/system/{id}', { params: id, body: { content: { media: 0, body: 'hi' }, remark: 'r', push } });
    await ask('POST', '/system/{id}', {
      params: { id: group },
      query: { group: '' },
      body: { content: { body: 'hi' } },
    });
    await ask('GET', '/ctx/{id}/groups', { params: id });
    await ask('GET', '/ctx/{id}/groups', { params: id, query: { detail: '' } });
    await ask('GET', '/ctx/{id}/rooms', { params: id });
    await ask('GET', '/ctx/{id}/rooms', { params: id, query: { detail: 'true' } });
    await ask('GET', '/groups/{id}/chats', { params: { id: group } });

    const made = await ask('POST', '/groups', { body: { owner: tom, members: [butch], name: 'Cats' } });
    await ask('PUT', '/groups/{id}', { params: { id: String(made.body) }, body: { owner: butch } });
    await ask('POST', '/rooms', { body: { members: [tom], name: 'Yard' } });

    for (const [path, subject] of [
      ['/ctx', tom],
      ['/groups', group],
      ['/rooms', room],
    ] as const) {
      const params = { id: subject };
      const where = someone('place').replaceAll('-', '');
      await ask('PUT', `${path}/{id}/attributes`, { params, body: { where, deep: { list: [1, null, 'a'] } } });
      await ask('POST', `${path}/{id}/attributes`, { params, body: { age: 3 } });
      await ask('GET', `${path}/{id}/attributes`, { params });
      await ask('GET', `${path}/{id}/attributes/{name}`, { params: { ...params, name: 'deep' } });
      await ask('GET', path, { query: { where, age: '3', _sort: '-age,ts', _skip: '0', _limit: '5' } });
    }
    for (const [path, subject] of [
      ['/groups', group],
      ['/rooms', room],
    ] as const) {
      const params = { id: subject };
      await ask('GET', `${path}/{id}`, { params });
      await ask('POST', `${path}/{id}`, { params });
      await ask('POST', `${path}/{id}/members`, { params, body: { members: [butch, spike] } });
      await ask('DELETE', `${path}/{id}/members`, { params, body: { members: [butch] } });
      await ask('POST', `${path}/{id}/members/{uid}`, { params: { ...params, uid: butch } });
      await ask('DELETE', `${path}/{id}/members/{uid}`, { params: { ...params, uid: spike } });
    }

    await ask('POST', '/attachment', { body: { filename: 'cat.jpg', contentType: 'image/jpeg', size: 3 } });
    const installationId = someone('install');
    const install = { id: installationId };
    const installation = { installationId, deviceType: 'ios', environment: 'sandbox', deviceToken: '0f', badge: 1 };
    await ask('POST', '/2.0/installations', { body: installation });
    await ask('PUT', '/2.0/installations/{id}', { params: install, body: { badge: 0 } });
    await ask('GET', '/2.0/installations/{id}', { params: install });
    await ask('DELETE', '/ctx/{id}/installs/{installId}', { params: { id: tom, installId: installationId } });
    const headers = { 'X-ML-MasterKey': app.masterKey };
    const credential = { file: Buffer.from(p8()).toString('base64'), keyId: 'ABC1234567', teamId: 'TEAM123456' };
    await ask('PUT', '/2.0/push/credentials/{platform}', {
      params: { platform: 'apns' },
      body: { ...credential, bundleId: 'com.example.chat' },
      headers,
    });
    await ask('GET', '/2.0/push/credentials', { headers });
    await ask('PUT', '/2.0/push/settings', { body: { template: '{name}: {text}' }, headers });
    await ask('GET', '/2.0/push/settings', { headers });
    await ask('POST', '/2.0/push/test', { body: { user: tom, text: 'hi' }, headers });
    await ask('GET', '/statistics', { query: { by: 'day', from: String(Date.now() - 9e7) }, headers });
    await ask('GET', '/statistics/now', { headers });
    await ask('PATCH', '/settings', { body: { receipts: true, 'sms.perDay': null }, headers });
    await ask('GET', '/settings', { headers });
    const webhook = { url: 'http://127.0.0.1:9/', before: ['join'] };
    const { id: webhookId } = Object((await ask('POST', '/webhooks', { body: webhook, headers })).body);
    const hook = { id: String(webhookId) };
    await ask('PATCH', '/webhooks/{id}', { params: hook, body: { enabled: false }, headers });
    await ask('POST', '/webhooks/{id}/secret', { params: hook, body: {}, headers });
    await ask('POST', '/webhooks/{id}/test', { params: hook, headers });
    await ask('GET', '/webhooks', { headers });
    await ask('DELETE', '/webhooks/{id}', { params: hook, headers });
    await ask('GET', '/audit', { query: { limit: '1' }, headers });
    await ask('GET', '/ctx/{id}/devices', { params: id, headers });
    await ask('GET', '/failures', { headers });

    const until = Date.now() + 60_000;
    await ask('PUT', '/groups/{id}/admins/{uid}', { params: { id: group, uid: jerry } });
    await ask('GET', '/groups/{id}/admins', { params: { id: group } });
    await ask('DELETE', '/groups/{id}/admins/{uid}', { params: { id: group, uid: jerry } });
    for (const [path, subject] of [
      ['/groups', group],
      ['/rooms', room],
    ] as const) {
      const member = { id: subject, uid: jerry };
      await ask('PUT', `${path}/{id}/mutes/{uid}`, { params: member, body: { until } });
      await ask('GET', `${path}/{id}/mutes`, { params: { id: subject } });
      await ask('DELETE', `${path}/{id}/mutes/{uid}`, { params: member });
    }
    const words = [{ word: 'casino', action: 'flag' }];
    await ask('PUT', '/words', { body: { words }, headers });
    await ask('GET', '/words', { headers });
    await ask('PUT', '/words', { body: { words: [] }, headers });
    await ask('GET', '/flagged', { query: { limit: '1' }, headers });
    await ask('DELETE', '/flagged/{messageId}', { params: { messageId: since }, headers });
    const opened = await ask('GET', '/ctx/{id}/devices', { params: id, headers });
    const [connection] = Object(opened.body).connections as { id: string }[];
    await ask('DELETE', '/ctx/{id}/sessions/{connection}', {
      params: { id: tom, connection: connection?.id ?? '' },
      headers,
    });
    await ask('DELETE', '/ctx/{id}/sessions', { params: id, query: { message: 'Bye' }, headers });
    await ask('PUT', '/ctx/{id}/ban', { params: id, body: { until, reason: 'Advertising' }, headers });
    await ask('GET', '/ctx/{id}/ban', { params: id, headers });
    await ask('DELETE', '/ctx/{id}/ban', { params: id, headers });
    await ask('DELETE', '/ctx/{id}', { params: { id: spike }, query: { messages: 'delete' }, headers });
    await ask('GET', '/ctx/{id}/deletion', { params: { id: spike }, headers });

    await ask('PUT', '/ctx/{id}/blocks/{uid}', { params: { ...id, uid: 'nobody' } });
    await ask('GET', '/ctx/{id}/blocks', { params: id });
    await ask('DELETE', '/ctx/{id}/blocks/{uid}', { params: { ...id, uid: 'nobody' } });
    // In an application whose users ask each other.
    const asking = { headers: { 'X-ML-AppId': ASK } };
    await system.database.addUsers(ASK, [tom, butch, spike]);
    const asked = await ask('POST', '/groups', { body: { owner: spike, members: [tom, butch] }, ...asking });
    const befriend = (from: string, to: string) =>
      ask('POST', '/ctx/{id}/friends/{fid}', { params: { id: from, fid: to }, ...asking });
    await befriend(spike, tom);
    await befriend(tom, butch);
    await ask('GET', '/ctx/{id}/requests', { params: id, ...asking });
    await ask('GET', '/ctx/{id}/requests', { params: id, query: { sent: '' }, ...asking });
    const answer = { params: { ...id, type: 'friend', peer: spike }, body: { accept: true } };
    await ask('PUT', '/ctx/{id}/requests/{type}/{peer}', { ...answer, ...asking });
    await ask('DELETE', '/ctx/{id}/requests/{uid}', { params: { ...id, uid: butch }, ...asking });
    const invitations = { id: String(asked.body) };
    await ask('GET', '/groups/{id}/invitations', { params: invitations, ...asking });
    await ask('DELETE', '/groups/{id}/invitations/{uid}', { params: { ...invitations, uid: butch }, ...asking });
    const request = { params: { ...id, type: 'friend', peer: spike } };
    const settings = '/ctx/{id}/conversations/{type}/{peer}/settings';
    await ask('PUT', settings, { ...request, body: { muted: true } });
    await ask('GET', settings, request);
    const quiet = { from: '22:00', to: '07:30', zone: 'Asia/Shanghai' };
    await ask('PUT', '/ctx/{id}/push-settings', { params: id, body: { preview: false, quiet } });
    await ask('GET', '/ctx/{id}/push-settings', { params: id });

    await ask('DELETE', '/groups/{id}/chats', { params: { id: group } });
    await ask('DELETE', '/ctx/{id}/friends/{fid}', { params: fid });
    await ask('DELETE', '/ctx/{id}/attributes', { params: id });
    for (const [path, subject] of [
      ['/groups', group],
      ['/rooms', room],
    ] as const) {
      await ask('DELETE', `${path}/{id}/attributes`, { params: { id: subject } });
      await ask('DELETE', `${path}/{id}`, { params: { id: subject } });
    }

    const others = api.operations().filter(([, , { tags }]) => !tags.includes('accounts'));
    expect(api.asked).toEqual(new Set(others.map(([, , { operationId }]) => operationId)));
  });

  it('is a described failure wherever the keys are missing', { tags: 'slow' }, async () => {
    for (const [method, path] of api.operations()) {
      const answer = await api.askInVain(method, path, { headers: { 'X-ML-APIKey': '' } });
      const body = path.startsWith('/2.0/') ? { code: 401 } : { errorCode: 5003 };
      expect(answer).toMatchObject({ status: 401, body });
    }
  });

  it('is a described failure, with the status that the table of codes has', async () => {
    const [tom = ''] = await users('tom');
    const group = await create('group', { owner: tom });
    const table = JSON.stringify(api.document.components);
    for (const [method, path, call, status, code] of [
      ['GET', '/ctx/{id}', { params: { id: 'a b' } }, 400, 5001],
      ['GET', '/ctx/{id}', { params: { id: someone('nobody') } }, 404, 5004],
      ['GET', '/ctx/{id}', { params: { id: 'x'.repeat(129) } }, 413, 5010],
      ['GET', '/ctx', { query: { _limit: 'many' } }, 400, 5018],
      ['POST', '/groups', { body: '{' }, 400, 5001],
      ['DELETE', '/groups/{id}/members/{uid}', { params: { id: group, uid: tom } }, 501, 5009],
      ['POST', '/groups', { body: { owner: tom, members: await users(...Array(50).fill('m')) } }, 409, 5008],
    ] as const) {
      expect(await api.askInVain(method, path, call)).toMatchObject({ status, body: { errorCode: code } });
      expect(table).toContain(`| ${code} | ${status} |`);
    }
    expect(await api.askInVain('PATCH', '/ctx/{id}')).toMatchObject({ status: 405, body: { errorCode: 5009 } });
    expect(await api.askInVain('GET', '/nowhere')).toMatchObject({ status: 404, body: { errorCode: 5004 } });
  });
});

describe('the documentation', () => {
  it('is a page whose parts all come from here', async () => {
    const page = await get('/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const html = await page.text();
    const parts = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, path = '']) => path);
    const types = await Promise.all(
      parts.map(async (path) => {
        const part = await get(path);
        expect((await part.text()).length).toBeGreaterThan(50);
        return [path, part.status, part.headers.get('content-type')];
      }),
    );
    expect(types).toEqual([
      ['/docs/swagger-ui.css', 200, 'text/css; charset=utf-8'],
      ['/docs/swagger-ui-bundle.js', 200, 'text/javascript; charset=utf-8'],
      ['/docs/start.js', 200, 'text/javascript; charset=utf-8'],
    ]);
    expect(await (await get('/docs/start.js')).text()).toContain("url: '/openapi.json'");
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
  });

  it.each([
    ['/docs/', 'text/html'],
    ['/openapi.json/', 'application/json'],
  ])('is found at %s, too', async (path, type) => {
    const response = await fetch(new URL(path, system.origin));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(type);
  });

  it('can be read by any origin', async () => {
    const { headers } = await get('/openapi.json', { origin: 'https://example.com' });
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['/docs/swagger-ui-bundle.js', '/openapi.json'])('%s is sent compressed, and once', async (path) => {
    const compressed = await get(path, { 'accept-encoding': 'gzip' });
    const plain = await get(path, { 'accept-encoding': 'identity' });
    expect([compressed.headers.get('content-encoding'), plain.headers.get('content-encoding')]).toEqual(['gzip', null]);
    expect(await compressed.text()).toBe(await plain.text());
    const again = await get(path, { 'if-none-match': plain.headers.get('etag') ?? '' });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it.each(['index.cjs', 'openapi.json', '..%2findex.cjs', '..%2f..%2f..%2fetc%2fpasswd', '__proto__', 'a/b'])(
    'has no %s',
    async (name) => {
      const answer = await get(`/docs/${name}`);
      expect([answer.status, await answer.json()]).toMatchObject([404, { errorCode: 5004 }]);
    },
  );

  it('needs nothing from AWS', async () => {
    const mark = system.cloud.calls.mark();
    await get('/openapi.json');
    await system.cloud.settled();
    expect(system.cloud.calls.since(mark)).toMatchObject([{ functionId: expect.stringMatching(/^Pages/) }]);
  });
});

describe('the paths of other functions', () => {
  it.each(['/docs', '/openapi.json'])('%s answers HEAD as it answers GET', async (path) => {
    const response = await fetch(new URL(path, system.origin), { method: 'HEAD', redirect: 'manual' });
    expect(response.status).toBe(200);
  });

  it.each(['/docs', '/openapi.json'])('%s leads nowhere by a method that it does not have', async (path) => {
    const response = await fetch(new URL(path, system.origin), { method: 'POST', redirect: 'manual' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
