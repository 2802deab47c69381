import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CLIENT_EVENTS } from '../../functions/chat/client-events.ts';
import { DEMO_PARAMETERS } from '../../scripts/demo.ts';
import { Device } from '../support/device.ts';
import { app, failureOf, macaw, rest, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

// The same system, with its application in strict mode.
const system = macaw({ parameters: { ...DEMO_PARAMETERS, Mode: 'strict' } });

const as = (token: string) => async (method: string, path: string, body?: unknown) => {
  const response = await fetch(new URL(path, system.origin), {
    method,
    headers: { 'X-ML-AppId': app.id, 'X-ML-Session-Token': token },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
};

const master = (method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, {
    ...(body !== undefined && { body }),
    headers: { 'X-ML-MasterKey': app.masterKey },
  });

async function logIn(who: string | Record<string, unknown>) {
  const device = await Device.login('4.8.4', system.origin, who);
  const { id, token } = (await device.logins.at()) as { id: string; token: string };
  return { id, token, device, call: as(token) };
}

/** Tom, who owns a group and shares a room with Jerry; and Spike, who is in neither. */
async function neighbourhood() {
  const install = someone('install');
  const [tom, jerry, spike, visitor] = await Promise.all([
    logIn({ client: someone('tom'), install }),
    logIn(someone('jerry')),
    logIn(someone('spike')),
    logIn({ passenger: { nickname: 'guest' } }),
  ]);
  const group = (await tom.call('POST', '/groups', { owner: tom.id, members: [jerry.id] })).body as string;
  const room = (await master('POST', '/rooms', { members: [tom.id, jerry.id] })).body as string;
  return { tom, jerry, spike, visitor, group, room, install };
}

/** The id of a message that does not exist. */
const MESSAGE = '01767225600000-0000000000000001-9f2b61c0';

/** Every endpoint that reads or changes data of a user. */
const everything = ({ tom, jerry, visitor, group, room, install }: Awaited<ReturnType<typeof neighbourhood>>) =>
  [
    ['GET', `/ctx/${tom.id}`],
    ['POST', `/ctx/${tom.id}`],
    ['GET', `/ctx/${tom.id}/attributes`],
    ['POST', `/ctx/${tom.id}/attributes`, { a: 1 }],
    ['PUT', `/ctx/${tom.id}/attributes`, { a: 1 }],
    ['GET', `/ctx/${tom.id}/attributes/a`],
    ['DELETE', `/ctx/${tom.id}/attributes`],
    ['POST', `/ctx/${tom.id}/friends/${jerry.id}`],
    ['POST', `/ctx/${tom.id}/friends`, [jerry.id]],
    ['GET', `/ctx/${tom.id}/friends/${jerry.id}`],
    ['GET', `/ctx/${tom.id}/friends`],
    ['GET', `/ctx/${tom.id}/friends/${jerry.id}/chats`],
    ['GET', `/ctx/${tom.id}/friends/${jerry.id}/chats/${MESSAGE}`],
    ['DELETE', `/ctx/${tom.id}/friends/${jerry.id}`],
    ['DELETE', `/ctx/${tom.id}/installs/${install}`],
    ['POST', '/2.0/installations', { installationId: install }],
    ['GET', `/2.0/installations/${install}`],
    ['PUT', `/2.0/installations/${install}`, { badge: 0 }],
    ['GET', '/2.0/push/credentials'],
    ['PUT', '/2.0/push/credentials/apns', { file: 'none' }],
    ['GET', '/2.0/push/settings'],
    ['PUT', '/2.0/push/settings', {}],
    ['GET', `/ctx/${tom.id}/conversations`],
    ['GET', `/ctx/${tom.id}/unread`],
    ['PUT', `/ctx/${tom.id}/conversations/friend/${jerry.id}/read`, { upTo: MESSAGE }],
    ['PUT', `/ctx/${tom.id}/receipts`, { enabled: true }],
    ['GET', `/ctx/${tom.id}/sync?since=${MESSAGE}`],
    ['GET', `/ctx/${tom.id}/strangers`],
    ['GET', `/ctx/${tom.id}/strangers/${jerry.id}`],
    ['GET', `/ctx/${tom.id}/strangers/${jerry.id}/chats`],
    ['GET', `/ctx/${tom.id}/strangers/${jerry.id}/chats/${MESSAGE}`],
    ['GET', `/ctx/${tom.id}/groups`],
    ['GET', `/ctx/${tom.id}/rooms`],
    ['POST', '/groups', { owner: tom.id }],
    ['GET', `/groups/${group}`],
    ['POST', `/groups/${group}`],
    ['PUT', `/groups/${group}`, { owner: jerry.id }],
    ['DELETE', `/groups/${group}`],
    ['GET', `/groups/${group}/attributes`],
    ['POST', `/groups/${group}/attributes`, { a: 1 }],
    ['PUT', `/groups/${group}/attributes`, { a: 1 }],
    ['GET', `/groups/${group}/attributes/a`],
    ['DELETE', `/groups/${group}/attributes`],
    ['POST', `/groups/${group}/members`, { members: [jerry.id] }],
    ['DELETE', `/groups/${group}/members`, { members: [jerry.id] }],
    ['POST', `/groups/${group}/members/${jerry.id}`],
    ['DELETE', `/groups/${group}/members/${jerry.id}`],
    ['GET', `/groups/${group}/chats`],
    ['GET', `/groups/${group}/chats/${MESSAGE}`],
    ['GET', `/groups/${group}/reads`],
    ['DELETE', `/groups/${group}/chats`],
    ['GET', `/rooms/${room}`],
    ['POST', `/rooms/${room}`],
    ['DELETE', `/rooms/${room}`],
    ['GET', `/rooms/${room}/attributes`],
    ['POST', `/rooms/${room}/attributes`, { a: 1 }],
    ['PUT', `/rooms/${room}/attributes`, { a: 1 }],
    ['GET', `/rooms/${room}/attributes/a`],
    ['DELETE', `/rooms/${room}/attributes`],
    ['POST', `/rooms/${room}/members`, { members: [jerry.id] }],
    ['DELETE', `/rooms/${room}/members`, { members: [jerry.id] }],
    ['POST', `/rooms/${room}/members/${jerry.id}`],
    ['DELETE', `/rooms/${room}/members/${jerry.id}`],
    ['POST', '/passengers', { id: visitor.id }],
    ['GET', `/passengers/${visitor.id}`],
    ['POST', `/passengers/${visitor.id}`],
    ['GET', `/passengers/${visitor.id}/chats/${tom.id}`],
    ['GET', `/passengers/${visitor.id}/chats/${tom.id}/${MESSAGE}`],
    ['POST', '/system', { content: { body: 'x' } }],
    ['POST', `/system/${jerry.id}`, { content: { body: 'x' } }],
  ] as const;

describe('in strict mode', () => {
  it('nothing is answered to the wrong user, or to the client key alone', async () => {
    const people = await neighbourhood();
    for (const [method, path, body] of everything(people)) {
      const wrong = await people.spike.call(method, path, body);
      expect({ method, path, status: wrong.status, ...failureOf(wrong.body) }).toMatchObject({
        status: 403,
        code: 5003,
      });
      const key = await rest(system.origin, method, path, { ...(body && { body }) });
      const status = path.startsWith('/2.0/installations') ? 401 : 403;
      expect({ method, path, status: key.status, ...failureOf(key.body) }).toMatchObject({ status, code: 5003 });
    }
  }, 60_000);

  it('the list of what is refused leaves out nothing that is served', async () => {
    const people = await neighbourhood();
    const document = (await (await fetch(new URL('/openapi.json', system.origin))).json()) as {
      paths: Record<string, Record<string, { tags: string[] }>>;
    };
    // Any logged-in user may search users and rooms, create a room, and upload. A later test covers the search for
    // groups.
    const forAnybody = ['GET /ctx', 'GET /groups', 'GET /rooms', 'POST /rooms', 'POST /attachment'];
    const shape = (method: string, url: string) => {
      const [path = ''] = url.split('?');
      const match = Object.keys(document.paths).filter((candidate) =>
        new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
      );
      return `${method} ${match.sort((a, b) => a.split('{').length - b.split('{').length)[0]}`;
    };
    const walked = new Set([...forAnybody, ...everything(people).map(([method, path]) => shape(method, path))]);
    const served = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        // In both modes, only its holder may access an account.
        .filter(([method, { tags }]) => /^(get|post|put|delete)$/.test(method) && !tags.includes('accounts'))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect([...walked].sort()).toEqual(served.sort());
  });

  it('users do with their tokens what is theirs', async () => {
    const people = await neighbourhood();
    const mine = everything(people).filter(
      ([method, path]) =>
        !path.startsWith('/system') &&
        !path.startsWith('/2.0/push') &&
        !path.startsWith('/passengers') &&
        !(path.startsWith('/rooms') && method !== 'GET'),
    );
    // Deletions come last, members before their group.
    for (const [method, path, body] of [...mine].sort(
      (a, b) => Number(a[0] === 'DELETE') - Number(b[0] === 'DELETE') || b[1].length - a[1].length,
    )) {
      const { status } = await people.tom.call(method, path, body);
      // After Tom transfers the group to Jerry, Jerry owns it.
      if (method === 'PUT' && path.endsWith(people.group))
        await people.jerry.call('PUT', path, { owner: people.tom.id });
      expect({ method, path, status }).toEqual({
        method,
        path,
        status: expect.toSatisfy((code) => [200, 201, 204, 404].includes(code)),
      });
    }
  }, 60_000);

  it('visitors read what is theirs', async () => {
    const { visitor, tom } = await neighbourhood();
    expect(await visitor.call('GET', `/passengers/${visitor.id}`)).toEqual({
      status: 200,
      body: { nickname: 'guest' },
    });
    expect((await visitor.call('GET', `/passengers/${visitor.id}/chats/${tom.id}`)).status).toBe(200);
    expect((await tom.call('GET', `/passengers/${visitor.id}/chats/${tom.id}`)).status).toBe(200);
    expect((await visitor.call('GET', `/ctx/${visitor.id}`)).status).toBe(403);
  });

  it('any logged-in user may search users and rooms, but not groups', async () => {
    const { spike } = await neighbourhood();
    expect((await spike.call('GET', '/ctx?_limit=1')).status).toBe(200);
    expect((await spike.call('GET', '/rooms?_limit=1')).status).toBe(200);
    expect((await spike.call('GET', '/groups?_limit=1')).status).toBe(403);
    for (const path of ['/ctx', '/rooms', '/groups']) expect((await rest(system.origin, 'GET', path)).status).toBe(403);
  });

  it('friends read one another, as a name beside a message needs', async () => {
    const { tom, jerry, spike } = await neighbourhood();
    await jerry.call('POST', `/ctx/${jerry.id}/attributes`, { nickname: 'J' });
    await tom.call('POST', `/ctx/${tom.id}/friends/${jerry.id}`);
    expect(await tom.call('GET', `/ctx/${jerry.id}/attributes`)).toEqual({ status: 200, body: { nickname: 'J' } });
    expect((await spike.call('GET', `/ctx/${jerry.id}/attributes`)).status).toBe(403);
    expect((await tom.call('POST', `/ctx/${jerry.id}/attributes`, { nickname: 'T' })).status).toBe(403);
  });

  it('members leave groups and join and leave rooms by themselves', async () => {
    const { jerry, spike, group, room } = await neighbourhood();
    expect((await jerry.call('DELETE', `/groups/${group}/members/${jerry.id}`)).status).toBe(204);
    expect((await spike.call('POST', `/groups/${group}/members/${spike.id}`)).status).toBe(403);
    expect((await spike.call('POST', `/rooms/${room}/members/${spike.id}`)).status).toBe(201);
    expect((await spike.call('DELETE', `/rooms/${room}/members/${spike.id}`)).status).toBe(204);
  });

  it('the master key may do everything', async () => {
    const people = await neighbourhood();
    for (const [method, path, body] of everything(people)) {
      const { status } = await master(method, path, body);
      expect({ method, path, status }).toEqual({
        method,
        path,
        status: expect.toSatisfy((code) => code !== 403 && code !== 401),
      });
    }
  }, 60_000);

  it.each(Object.keys(CLIENT_EVENTS))('nobody sends %s on a connection without a login', async (name) => {
    const raw = await RawClient.connect(system.origin, { EIO: '4', transport: 'websocket' });
    await raw.until((frame) => frame.startsWith('0'));
    raw.send(`42/chat,1["${name}"]`);
    expect(await raw.until((frame) => frame.startsWith('43/chat,1'))).toContain('"error":5003');
    raw.close();
  });

  it('say is said by whoever logged in on the connection', async () => {
    const { tom, jerry, spike } = await neighbourhood();
    await tom.call('POST', `/ctx/${tom.id}/friends/${jerry.id}`);
    expect(
      await spike.device.say({ from: { id: tom.id }, to: { id: jerry.id, type: 0 }, content: { body: 'as Tom' } }),
    ).toMatchObject({ success: false, error: 5003 });
    await tom.device.say({ to: { id: jerry.id, type: 0 }, content: { body: 'as myself' } });
    expect(await jerry.device.messages.at()).toMatchObject({ from: { id: tom.id }, content: { body: 'as myself' } });
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['no signature', Buffer.from('{"kind":"user","id":"tom","until":99999999999999}').toString('base64url')],
    [
      'a wrong signature',
      `${Buffer.from('{"kind":"user","id":"tom","until":99999999999999}').toString('base64url')}.AAAA`,
    ],
  ])('a token that is %s is none', async (_, token) => {
    expect(await as(token)('GET', '/ctx/tom')).toMatchObject({ status: 401, body: { errorCode: 5003 } });
  });

  it("a token's holder cannot be changed", async () => {
    const { tom, jerry } = await neighbourhood();
    const [header, claims = '', signature] = tom.token.split('.');
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: jerry.id };
    const forged = `${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
    expect(await tom.call('GET', `/ctx/${tom.id}`)).toMatchObject({ status: 200 });
    expect(await as(forged)('GET', `/ctx/${jerry.id}`)).toMatchObject({ status: 401 });
  });

  it('a token of the earlier form is accepted for as long as it is valid', async () => {
    const { tom } = await neighbourhood();
    const masterKeyHash = createHash('sha256').update(app.masterKey).digest('base64url');
    const until = Date.now() + 60_000;
    const claims = Buffer.from(JSON.stringify({ kind: 'user', id: tom.id, until })).toString('base64url');
    const seal = createHmac('sha256', masterKeyHash).update(`session ${app.id} ${claims}`).digest('base64url');
    expect(await as(`${claims}.${seal}`)('GET', `/ctx/${tom.id}`)).toMatchObject({ status: 200 });
  });
});
