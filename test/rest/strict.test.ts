import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { credentials, app as demo, rest as request, someone } from '../support/macaw.ts';

// An application that was strict before new ones were: it accepts plain logins and visitors.
const app = { ...demo, id: 'strict-rest' };
const DAMAGED = 'strict-damaged';
const system = database(() => ({
  [app.id]: { mode: 'strict' },
  [DAMAGED]: { mode: 'closed', plainLogin: 'yes', visitors: 1 },
}));

const rest: typeof request = (origin, method, path, { headers, ...more } = {}) =>
  request(origin, method, path, { ...more, headers: { 'X-ML-AppId': app.id, ...headers } });

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
  const login = typeof who === 'string' ? { client: who } : who;
  const device = await Device.login('4.8.4', system.origin, { ...login, app: app.id });
  const { id, token } = (await device.logins.at()) as { id: string; token: string };
  return { id, token, device, call: as(token) };
}

/** Tom, who owns a group and shares a room with a friend, Jerry; and Spike, who is in neither. */
async function neighbourhood() {
  const [tom, jerry, spike, visitor] = await Promise.all([
    logIn(someone('tom')),
    logIn(someone('jerry')),
    logIn(someone('spike')),
    logIn({ passenger: { nickname: 'guest' } }),
  ]);
  await master('POST', `/ctx/${tom.id}/friends/${jerry.id}`);
  const group = (await tom.call('POST', '/groups', { owner: tom.id, members: [jerry.id] })).body as string;
  const room = (await master('POST', '/rooms', { members: [tom.id, jerry.id] })).body as string;
  return { tom, jerry, spike, visitor, group, room };
}

it('stored settings that are invalid open nothing', async () => {
  const headers = { 'X-ML-AppId': DAMAGED };
  expect(await rest(system.origin, 'GET', '/ctx', { headers })).toMatchObject({ status: 403 });
  for (const login of [{ client: someone() }, { passenger: { nickname: 'guest' } }]) {
    const auth = { ...credentials(login), app: DAMAGED };
    const device = new Device('4.8.4', system.origin, { query: { auth: JSON.stringify(auth) } });
    expect(await device.logins.at()).toMatchObject({ success: false, error: 5003 });
  }
});

describe('in strict mode', () => {
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

  it('users read the attributes of visitors with whom they have messages', async () => {
    const { visitor, tom, spike } = await neighbourhood();
    const path = `/passengers/${visitor.id}`;
    expect((await tom.call('GET', path)).status).toBe(403);
    await visitor.device.say({ to: { id: tom.id }, content: { body: 'help' } });
    expect(await tom.call('GET', path)).toMatchObject({ status: 200, body: { nickname: 'guest' } });
    expect((await spike.call('GET', path)).status).toBe(403);
  });

  it('any logged-in user may search users and rooms, but not groups', async () => {
    const { spike } = await neighbourhood();
    expect((await spike.call('GET', '/ctx?_limit=1')).status).toBe(200);
    expect((await spike.call('GET', '/rooms?_limit=1')).status).toBe(200);
    expect((await spike.call('GET', '/groups?_limit=1')).status).toBe(403);
    for (const path of ['/ctx', '/rooms', '/groups']) expect((await rest(system.origin, 'GET', path)).status).toBe(403);
  });

  it('friends read one another, as a name beside a message needs', async () => {
    const { tom, jerry } = await neighbourhood();
    await jerry.call('POST', `/ctx/${jerry.id}/attributes`, { nickname: 'J' });
    expect(await tom.call('GET', `/ctx/${jerry.id}/attributes`)).toEqual({ status: 200, body: { nickname: 'J' } });
    expect((await tom.call('POST', `/ctx/${jerry.id}/attributes`, { nickname: 'T' })).status).toBe(403);
  });

  describe('attributes that are not public', () => {
    /** Tom and a friend, Jerry, with a private attribute that a search for `scope` would find; and Spike. */
    async function secretive() {
      const scope = someone('scope');
      const people = await neighbourhood();
      const { tom, spike, room } = people;
      const attributes = { nickname: scope, city: 'Rome', 'nickname.real': 'Thomas' };
      for (const { id, call } of [tom, spike]) await call('PUT', `/ctx/${id}/attributes`, attributes);
      await master('PUT', `/rooms/${room}/attributes`, { name: scope, topic: 'cheese' });
      return { ...people, scope, attributes };
    }

    it('are found by their user, by friends, and with the master key only', async () => {
      const { tom, jerry, spike, visitor, scope, attributes } = await secretive();
      const shown = async (answer: Promise<{ body: unknown }>) => {
        const found = (await answer).body as { id: string; attributes: unknown }[];
        return Object.fromEntries(found.map((user) => [user.id, user.attributes]));
      };
      const path = `/ctx?nickname=${scope}&_sort=-nickname,ts`;
      const little = { nickname: scope };
      expect(await shown(tom.call('GET', path))).toEqual({ [tom.id]: attributes, [spike.id]: little });
      expect(await shown(jerry.call('GET', path))).toEqual({ [tom.id]: attributes, [spike.id]: little });
      expect(await shown(spike.call('GET', path))).toEqual({ [tom.id]: little, [spike.id]: attributes });
      expect((await visitor.call('GET', path)).status).toBe(403);
      expect(await shown(master('GET', path))).toEqual({ [tom.id]: attributes, [spike.id]: attributes });
    });

    it('are read by their user, by friends, and with the master key only', async () => {
      const { tom, jerry, spike, scope, attributes } = await secretive();
      const path = `/ctx/${tom.id}/attributes`;
      for (const { call } of [tom, jerry]) expect((await call('GET', path)).body).toEqual(attributes);
      expect((await spike.call('GET', path)).body).toEqual({ nickname: scope });
      expect((await spike.call('GET', `${path}/nickname`)).body).toBe(scope);
      for (const name of ['city', 'nickname.real', 'none']) {
        expect(await spike.call('GET', `${path}/${name}`)).toMatchObject({ status: 403, body: { errorCode: 5003 } });
      }
    });

    it.each(['/ctx?city=Rome', '/ctx?nick*=x', '/ctx?nickname=x&city=R*', '/ctx?_sort=city', '/rooms?topic=c*'])(
      'cannot be searched for, as by %s',
      async (path) => {
        const { spike } = await secretive();
        const message = expect.stringMatching(/is not public; expected (nickname, avatar|name)$/);
        expect(await spike.call('GET', path)).toMatchObject({
          status: 400,
          body: { errorCode: 5018, errorMessage: message },
        });
        expect((await master('GET', path)).status).toBe(200);
      },
    );

    it('are not found even where their name looks like a path into a public one', { tags: 'slow' }, async () => {
      const { spike, scope } = await secretive();
      const path = `/ctx?nickname=${scope}&nickname.real=Thomas`;
      expect((await spike.call('GET', path)).body).toEqual([]);
      expect((await master('GET', path)).body).toHaveLength(2);
    });

    it('of rooms are shown to members only, and so are the members', async () => {
      const { jerry, spike, room, scope } = await secretive();
      const path = `/rooms?name=${scope}`;
      const pair = [expect.any(String), expect.any(String)];
      const attributes = { name: scope, topic: 'cheese' };
      expect((await jerry.call('GET', path)).body).toMatchObject([{ id: room, attributes, members: pair }]);
      expect((await master('GET', path)).body).toMatchObject([{ id: room, attributes, members: pair }]);
      const found = { id: room, attributes: { name: scope }, ts: expect.any(Number) };
      expect((await spike.call('GET', path)).body).toEqual([found]);
      expect((await spike.call('GET', `/rooms/${room}/attributes`)).body).toEqual({ name: scope });
      expect((await spike.call('GET', `/rooms/${room}/attributes/topic`)).status).toBe(403);
    });
  });

  describe('a name with characters that are not visible', () => {
    const HIDDEN = ['to\u200Bm', 'tom\u202Egpj', '\u2066tom', 'tom\u200D', 'to\u3164m', 'to\uFE0Fm', 'to\nm'];
    const SEEN = [
      'Zoë',
      '👩‍👩‍👧',
      '❤️ Tom',
      '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
      'می\u200Cخواهم',
      '葛\u{E0100}',
    ];

    it('is refused for users, groups, rooms and visitors', { tags: 'slow' }, async () => {
      const { tom, visitor, group } = await neighbourhood();
      for (const name of HIDDEN) {
        const answers = await Promise.all([
          tom.call('POST', `/ctx/${tom.id}/attributes`, { nickname: name }),
          tom.call('PUT', `/ctx/${tom.id}/attributes`, { nickname: name }),
          tom.call('POST', `/groups/${group}/attributes`, { name }),
          tom.call('POST', '/groups', { owner: tom.id, name }),
          tom.call('POST', '/rooms', { members: [tom.id], name }),
          visitor.call('POST', '/passengers', { id: visitor.id, nickname: name }),
        ]);
        const message = expect.stringMatching(/(nickname|name): expected a name without/);
        for (const { status, body } of answers) {
          expect({ name, status, body }).toMatchObject({
            status: 400,
            body: { errorCode: 5001, errorMessage: message },
          });
        }
      }
      const auth = { ...credentials({ passenger: { nickname: HIDDEN[0] } }), app: app.id };
      const device = new Device('4.8.4', system.origin, { query: { auth: JSON.stringify(auth) } });
      expect(await device.logins.at()).toMatchObject({ success: false, error: 5001 });
    });

    it('is accepted where they belong to emoji or to words', { tags: 'slow' }, async () => {
      const { tom } = await neighbourhood();
      for (const name of SEEN) {
        const { status } = await tom.call('POST', `/ctx/${tom.id}/attributes`, { nickname: name, hidden: HIDDEN });
        expect({ name, status }).toEqual({ name, status: 201 });
        expect((await tom.call('POST', '/groups', { owner: tom.id, name })).status).toBe(200);
      }
    });
  });

  it('members leave groups and join and leave rooms by themselves', async () => {
    const { jerry, spike, group, room } = await neighbourhood();
    expect((await jerry.call('DELETE', `/groups/${group}/members/${jerry.id}`)).status).toBe(204);
    expect((await spike.call('POST', `/groups/${group}/members/${spike.id}`)).status).toBe(403);
    expect((await spike.call('POST', `/rooms/${room}/members/${spike.id}`)).status).toBe(201);
    expect((await spike.call('DELETE', `/rooms/${room}/members/${spike.id}`)).status).toBe(204);
  });

  it('say is said by whoever logged in on the connection', async () => {
    const { tom, jerry, spike } = await neighbourhood();
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
