import { describe, expect, it } from 'vitest';
import { type ClientVersion, emitWithAck, SWIFT } from '../support/clients.ts';
import { Inbox } from '../support/collect.ts';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { eventually } from '../support/eventually.ts';
import { app as demo, rest, someone } from '../support/macaw.ts';

const OPEN = 'moderation-open';
const STRICT = 'moderation-strict';
const NEWEST = 'moderation-newest';
const WORDS = 'moderation-words';

const system = database(
  () => ({
    [OPEN]: { mode: 'open', friendship: 'ask' },
    [STRICT]: { mode: 'strict', plainLogin: true },
    [NEWEST]: { mode: 'open', devices: 'newest' },
    [WORDS]: { mode: 'open' },
  }),
  { retryDelayMs: () => 1 },
);

const FUTURE = Date.now() + 60 * 60_000;

type Headers = Record<string, string>;

const send = (headers: Headers, method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, { headers, ...(body !== undefined && { body }) });

/** Makes requests with the master key. */
const masterOf = (app: string) => (method: string, path: string, body?: unknown) =>
  send({ 'X-ML-AppId': app, 'X-ML-APIKey': '', 'X-ML-MasterKey': demo.masterKey }, method, path, body);

const tokenOf = (app: string, token: string) => (method: string, path: string, body?: unknown) =>
  send({ 'X-ML-AppId': app, 'X-ML-APIKey': '', 'X-ML-Session-Token': token }, method, path, body);

const login = (app: string, client: string, version: ClientVersion = '4.8.4', more: Record<string, unknown> = {}) =>
  Device.login(version, system.origin, { app, client, ...more });

/** A user with a token, in strict mode. */
async function user(name: string) {
  const id = someone(name);
  const { body } = await masterOf(STRICT)('POST', '/2.0/tokens', { id });
  return { id, as: tokenOf(STRICT, String(Object(body).token)), token: String(Object(body).token) };
}

const kicksOf = (device: Device) => new Inbox(device.client, 'kicked');

describe('a user who is banned', () => {
  const ban = (app: string, id: string, body: object = { until: FUTURE, reason: 'Advertising' }) =>
    masterOf(app)('PUT', `/ctx/${id}/ban`, body);

  it.each(['1.4.8', '2.5.0', '4.8.4', SWIFT] as const)(
    'learns why, is disconnected and not connected again by the client %s',
    { tags: 'slow' },
    async (version) => {
      const tom = someone('tom');
      const device = await login(OPEN, tom, version);
      const kicks = kicksOf(device);
      expect(await ban(OPEN, tom)).toMatchObject({ status: 200, body: { banned: true, until: FUTURE } });
      expect(await kicks.at()).toEqual({ reason: 'banned', message: 'Advertising', until: FUTURE });
      await device.disconnects.at();
      await eventually(() => masterOf(OPEN)('GET', `/ctx/${tom}`).then(({ body }) => Object(body).sessions)).toBe(0);
      const [first] = device.logins.received;
      expect(device.logins.received).toEqual([first]);
    },
  );

  it('cannot log in until the ban ends or is lifted', async () => {
    const [tom, install] = [someone('tom'), someone('install')];
    const installed = { installationId: install, deviceType: 'android' };
    await send({ 'X-ML-AppId': OPEN }, 'POST', '/2.0/installations', installed);
    await login(OPEN, tom, '4.8.4', { install });
    const read = async () => (await masterOf(OPEN)('GET', `/ctx/${tom}/ban`)).body;
    expect(await read()).toEqual({ banned: false });
    expect((await masterOf(OPEN)('GET', `/ctx/${tom}`)).body).toMatchObject({ installs: [install] });
    await ban(OPEN, tom);
    expect((await masterOf(OPEN)('GET', `/ctx/${tom}`)).body).toMatchObject({ installs: [] });
    expect(await read()).toMatchObject({ banned: true, until: FUTURE, reason: 'Advertising' });
    await expect(login(OPEN, tom)).rejects.toThrow(
      `{"success":false,"error":5003,"message":"${tom} is banned until ${new Date(FUTURE).toISOString()}: Advertising"}`,
    );
    expect(await masterOf(OPEN)('DELETE', `/ctx/${tom}/ban`)).toMatchObject({ status: 204 });
    expect(await read()).toEqual({ banned: false });
    await login(OPEN, tom);
    await ban(OPEN, tom, {});
    await expect(login(OPEN, tom)).rejects.toThrow(`${tom} is banned"`);
    // As after its end.
    await system.database.changeCore(({ pk, sk }) => pk === `${OPEN}#user#${tom}` && sk === 'profile', {
      ban: { since: 1, until: Date.now() - 1 },
    });
    await login(OPEN, tom);
    expect(await read()).toEqual({ banned: false });
  });

  it('has no valid token, neither an old nor a new one', async () => {
    const tom = await user('tom');
    expect((await tom.as('GET', `/ctx/${tom.id}`)).status).toBe(200);
    await ban(STRICT, tom.id, {});
    expect((await tom.as('GET', `/ctx/${tom.id}`)).status).toBe(401);
    expect(await masterOf(STRICT)('POST', '/2.0/tokens', { id: tom.id })).toMatchObject({ status: 403 });
    await masterOf(STRICT)('DELETE', `/ctx/${tom.id}/ban`);
    expect((await tom.as('GET', `/ctx/${tom.id}`)).status).toBe(401);
  });

  it('has no access with a token whose session is unknown, and gets no session by password', async () => {
    const account = { username: someone('name'), password: 'correct-horse' };
    const { body } = await send({ 'X-ML-AppId': STRICT }, 'POST', '/2.0/users', account);
    const { objectId, sessionToken } = Object(body) as { objectId: string; sessionToken: string };
    // The ban alone, as if the session had been created at the same time.
    await system.database.changeCore(({ pk, sk }) => pk === `${STRICT}#user#${objectId}` && sk === 'profile', {
      ban: { since: 1 },
    });
    const banned = `${objectId} is banned`;
    expect(await tokenOf(STRICT, sessionToken)('GET', `/ctx/${objectId}`)).toMatchObject({
      status: 403,
      body: { errorCode: 5003, errorMessage: banned },
    });
    expect(await send({ 'X-ML-AppId': STRICT }, 'POST', '/2.0/login', account)).toMatchObject({
      status: 403,
      body: { code: 119, error: banned },
    });
    await ban(STRICT, objectId, {});
    await masterOf(STRICT)('DELETE', `/ctx/${objectId}/ban`);
    expect((await tokenOf(STRICT, sessionToken)('GET', `/ctx/${objectId}`)).status).toBe(401);
  });

  it('must exist, and the ban must end later', async () => {
    expect(await ban(OPEN, someone('nobody'))).toMatchObject({ status: 404 });
    expect(await ban(OPEN, someone('nobody'), { until: 1 })).toMatchObject({ status: 400 });
  });
});

describe('a user who is disconnected', () => {
  it('loses one device, or all; their token stays valid', async () => {
    const tom = await user('tom');
    const devices = await Promise.all(
      [1, 2].map(() => Device.login('4.8.4', system.origin, { app: STRICT, sessionToken: tom.token })),
    );
    const kicks = devices.map(kicksOf);
    const { body } = await masterOf(STRICT)('GET', `/ctx/${tom.id}/devices`);
    const [{ id } = { id: '' }] = Object(body).connections as { id: string }[];
    const one = `/ctx/${tom.id}/sessions/${encodeURIComponent(id)}`;
    expect(await tom.as('DELETE', `${one}?message=Bye`)).toMatchObject({ status: 200, body: { connections: 1 } });
    await Promise.race(kicks.map((inbox) => inbox.at()));
    expect(kicks.flatMap(({ received }) => received)).toEqual([{ reason: 'removed', message: 'Bye' }]);
    expect(await tom.as('DELETE', one)).toMatchObject({ status: 404 });
    expect(await tom.as('DELETE', `/ctx/${tom.id}/sessions`)).toMatchObject({ status: 200, body: { connections: 1 } });
    await Promise.all(devices.map(({ disconnects }) => disconnects.at()));
    expect((await tom.as('GET', `/ctx/${tom.id}`)).status).toBe(200);
  });
});

describe('with the setting devices = newest', () => {
  it('a login replaces the other device of its kind, and no other', async () => {
    const tom = someone('tom');
    const installs = [someone('phone'), someone('tablet')];
    for (const installationId of installs) {
      const details = { installationId, deviceType: 'ios', deviceToken: someone('token') };
      await send({ 'X-ML-AppId': NEWEST }, 'POST', '/2.0/installations', details);
    }
    const web = await login(NEWEST, tom);
    const phone = await login(NEWEST, tom, '4.8.4', { install: installs[0] });
    const [kicksOfWeb, kicksOfPhone] = [kicksOf(web), kicksOf(phone)];
    const tablet = await login(NEWEST, tom, '4.8.4', { install: installs[1] });
    expect(await kicksOfPhone.at()).toEqual({ reason: 'replaced' });
    await phone.disconnects.at();
    const other = await login(NEWEST, tom);
    expect(await kicksOfWeb.at()).toEqual({ reason: 'replaced' });
    await web.disconnects.at();
    expect([tablet.client.connected, other.client.connected]).toEqual([true, true]);
  });

  it('one of several devices stays that log in at the same time', async () => {
    const tom = someone('tom');
    const devices = await Promise.all([1, 2, 3].map(() => login(NEWEST, tom)));
    await eventually(() => devices.filter(({ client }) => client.connected).length).toBe(1);
  });
});

describe('a group', () => {
  async function group() {
    const people = { owner: await user('owner'), admin: await user('admin'), tom: await user('tom') };
    const members = Object.values(people).map(({ id }) => id);
    const { body: id } = await masterOf(STRICT)('POST', '/groups', { owner: people.owner.id, members });
    await people.owner.as('PUT', `/groups/${id}/admins/${people.admin.id}`);
    return { ...people, path: `/groups/${id}`, id: String(id) };
  }

  it('has admins, who remove and mute members, but neither the owner nor admins', async () => {
    const { owner, admin, tom, path } = await group();
    expect(await tom.as('GET', `${path}/admins`)).toMatchObject({ status: 200, body: [admin.id] });
    expect((await tom.as('GET', path)).body).toMatchObject({ owner: owner.id, admins: [admin.id] });
    const status = async (who: typeof tom, method: string, rest: string, body?: unknown) =>
      (await who.as(method, `${path}${rest}`, body)).status;
    const until = { until: FUTURE };
    expect(await status(tom, 'PUT', `/mutes/${admin.id}`, until)).toBe(403);
    expect(await status(tom, 'PUT', `/admins/${tom.id}`)).toBe(403);
    expect(await status(admin, 'PUT', `/admins/${tom.id}`)).toBe(403);
    expect(await status(admin, 'PUT', `/mutes/${owner.id}`, until)).toBe(403);
    expect(await status(admin, 'PUT', `/mutes/${tom.id}`, until)).toBe(204);
    expect((await admin.as('GET', `${path}/mutes`)).body).toEqual([{ id: tom.id, until: FUTURE }]);
    expect(await status(admin, 'DELETE', `/members/${owner.id}`)).toBe(403);
    expect(await status(admin, 'DELETE', '/members', { members: [tom.id] })).toBe(204);
    expect(await status(owner, 'PUT', `/admins/${tom.id}`)).toBe(404);
  });

  it('has an admin no longer who left and joined again', async () => {
    const { owner, admin, path } = await group();
    expect((await admin.as('DELETE', `${path}/members/${admin.id}`)).status).toBe(204);
    expect((await owner.as('GET', `${path}/admins`)).body).toEqual([]);
    await masterOf(STRICT)('POST', `${path}/members/${admin.id}`);
    expect((await owner.as('GET', `${path}/admins`)).body).toEqual([]);
  });

  it('receives no message of a member who is muted, until the mute ends or is lifted', async () => {
    const { owner, tom, path, id } = await group();
    const device = await Device.login('4.8.4', system.origin, { app: STRICT, sessionToken: tom.token });
    const say = () => device.say({ ...text(id, 'hi'), to: { id, type: 1 } });
    await owner.as('PUT', `${path}/mutes/${tom.id}`, { until: FUTURE });
    const message = `${tom.id} is muted in group ${id} until ${new Date(FUTURE).toISOString()}`;
    expect(await say()).toEqual({ success: false, error: 5003, message });
    await owner.as('DELETE', `${path}/mutes/${tom.id}`);
    expect(await say()).toMatchObject({ success: true });
    await system.database.changeCore(({ pk, sk }) => pk === `${STRICT}#group#${id}` && sk === 'profile', {
      mutes: { [tom.id]: Date.now() - 1 },
    });
    expect(await say()).toMatchObject({ success: true });
    expect((await owner.as('GET', `${path}/mutes`)).body).toEqual([]);
  });
});

it('a user who is muted in a room stays so when they leave and join again', async () => {
  const tom = await user('tom');
  const { body: id } = await masterOf(STRICT)('POST', '/rooms', { members: [tom.id] });
  expect((await tom.as('PUT', `/rooms/${id}/mutes/${tom.id}`, { until: FUTURE })).status).toBe(403);
  expect((await masterOf(STRICT)('PUT', `/rooms/${id}/mutes/${tom.id}`, { until: FUTURE })).status).toBe(204);
  await tom.as('DELETE', `/rooms/${id}/members/${tom.id}`);
  await tom.as('POST', `/rooms/${id}/members/${tom.id}`);
  const device = await Device.login('4.8.4', system.origin, { app: STRICT, sessionToken: tom.token });
  expect(await device.say({ ...text(String(id), 'hi'), to: { id, type: 2 } })).toMatchObject({ error: 5003 });
});

describe('banned words', () => {
  const words = [
    { word: 'casino', action: 'refuse' },
    { word: '赌博', action: 'mask' },
    { word: 'bank', action: 'flag' },
  ];

  it('refuse, mask or flag a message', async () => {
    const master = masterOf(WORDS);
    expect(await master('PUT', '/words', { words })).toMatchObject({ status: 200, body: { words } });
    expect((await master('GET', '/words')).body).toEqual({ words });
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await master('POST', `/ctx/${tom}/friends/${jerry}`);
    const [toms, jerrys] = [await login(WORDS, tom), await login(WORDS, jerry)];
    expect(await toms.say(text(jerry, 'My CASINO'))).toEqual({
      success: false,
      error: 5001,
      message: 'say.content.body: contains a word that the application does not allow',
    });
    // Nor can an edit bring the word in.
    const { id: clean } = Object(await toms.say(text(jerry, 'clean'))) as { id: string };
    await jerrys.messages.at();
    const edit = { to: { id: jerry, type: 0 }, id: clean, content: { media: 0, body: 'My Casino' } };
    expect(await emitWithAck(toms.client, 'edit', [edit])).toMatchObject([{ success: false, error: 5001 }]);
    const path = `/ctx/${tom}/conversations/friend/${jerry}/messages/${clean}`;
    const byClient = await send({ 'X-ML-AppId': WORDS }, 'PUT', path, { content: edit.content });
    expect(byClient).toMatchObject({ status: 400, body: { errorCode: 5001 } });
    expect(await toms.say(text(jerry, 'hi', { push: { overwrite: 'Casino' } }))).toMatchObject({ error: 5001 });
    await toms.say(text(jerry, '賭博網站'));
    expect(await jerrys.messages.at(1)).toMatchObject({ content: { body: '**網站' } });
    const { id } = Object(await toms.say(text(jerry, 'the Bank'))) as { id: string };
    await jerrys.messages.at(2);
    const flagged = async () => Object((await master('GET', '/flagged')).body).messages as object[];
    await eventually(flagged).toMatchObject([
      { id, speaker: { id: tom, kind: 'user' }, to: { id: jerry, type: 0 }, body: 'the Bank', words: ['bank'] },
    ]);
    expect((await master('DELETE', `/flagged/${id}`)).status).toBe(204);
    expect(await flagged()).toEqual([]);
    await toms.say(text(jerry, 'Bank'));
    await jerrys.say(text(tom, 'Bank'));
    await eventually(flagged).toHaveLength(2);
    await master('DELETE', `/ctx/${tom}`);
    await eventually(flagged).toEqual([]);
  });

  it('are at most a thousand, and contain something', async () => {
    const put = async (words: unknown) => (await masterOf(OPEN)('PUT', '/words', { words })).status;
    expect(await put([{ word: ' ', action: 'flag' }])).toBe(400);
    const many = Array.from({ length: 1001 }, (_, n) => ({ word: `word${n}`, action: 'flag' }));
    expect(await put(many)).toBe(400);
    expect(await put(many.slice(1))).toBe(200);
    expect(await put([])).toBe(200);
  });
});

describe('a user who is deleted', () => {
  const finished = (app: string, id: string) =>
    eventually(() => masterOf(app)('GET', `/ctx/${id}/deletion`).then(({ body }) => Object(body).state), 30_000).toBe(
      'done',
    );

  /** Tom with all kinds of data, in open mode. */
  async function world() {
    const master = masterOf(OPEN);
    const [tom, jerry, spike, install] = ['tom', 'jerry', 'spike', 'install'].map(someone) as [
      string,
      string,
      string,
      string,
    ];
    await send({ 'X-ML-AppId': OPEN }, 'POST', '/2.0/installations', { installationId: install, deviceType: 'ios' });
    const [toms, jerrys] = [await login(OPEN, tom, '4.8.4', { install }), await login(OPEN, jerry)];
    await login(OPEN, spike);
    await master('POST', `/ctx/${tom}/friends/${jerry}`);
    await master('POST', `/ctx/${tom}/attributes`, { nickname: 'Tom' });
    const groupOf = async (owner: string, members: string[]) =>
      String((await master('POST', '/groups', { owner, members })).body);
    const own = await groupOf(tom, [jerry, spike]);
    await master('PUT', `/groups/${own}/admins/${spike}`);
    const left = await groupOf(jerry, [tom]);
    const alone = await groupOf(tom, []);
    const room = String((await master('POST', '/rooms', { members: [tom, jerry] })).body);
    const say = (id: string, type: number, body = 'hi') => toms.say({ ...text(id, body), to: { id, type } });
    await say(jerry, 0);
    await say(spike, 4);
    await say(own, 1, 'one');
    await say(left, 1, 'two');
    await jerrys.say({ ...text(left, 'three'), to: { id: left, type: 1 } });
    await say(left, 1, 'four');
    const { id: read } = Object(await jerrys.say({ ...text(own, 'read'), to: { id: own, type: 1 } })) as { id: string };
    await master('PUT', `/ctx/${tom}/conversations/group/${own}/read`, { upTo: read });
    await featuresOf({ tom, jerry, spike, toms, jerrys, own, left, room, read });
    await master('DELETE', `/groups/${left}/members/${tom}`);
    return { master, tom, jerry, spike, install, toms, jerrys, own, left, alone, room };
  }

  interface World {
    readonly tom: string;
    readonly jerry: string;
    readonly spike: string;
    readonly toms: Device;
    readonly jerrys: Device;
    readonly own: string;
    readonly left: string;
    readonly room: string;
    /** The message of Jerry in the own group. */
    readonly read: string;
  }

  /** Names Tom in changes, requests, settings, blocks and mutes. */
  async function featuresOf({ tom, jerry, spike, toms, jerrys, own, left, room, read }: World) {
    const [nibbles, butch] = [someone('nibbles'), someone('butch')];
    await system.database.addUsers(OPEN, [nibbles, butch]);
    const ok = async (method: string, path: string, body?: unknown) => {
      const { status, body: answer } = await send({ 'X-ML-AppId': OPEN }, method, path, body);
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    };
    const acts = async (device: Device, event: string, input: object) =>
      expect(await emitWithAck(device.client, event, [input])).toMatchObject([{ success: true }]);
    const inOwn = { id: own, type: 1 };
    await acts(toms, 'react', { to: inOwn, id: read, reaction: '👍' });
    await acts(jerrys, 'react', { to: inOwn, id: read, reaction: '👍' });
    await acts(toms, 'react', { to: inOwn, id: read, reaction: 'party' });
    const mentions = { ...text(left, 'mention'), to: { id: left, type: 1 }, mentions: [tom] };
    await acts(jerrys, 'say', mentions);
    const toSpike = { id: spike, type: 4 };
    const { id: stranger } = Object(await toms.say({ ...text(spike, 'x'), to: toSpike })) as { id: string };
    await acts(toms, 'recall', { to: toSpike, id: stranger });
    for (const [id, kind, peer] of [
      [tom, 'friend', jerry],
      [jerry, 'friend', tom],
      [spike, 'stranger', tom],
    ])
      await ok('PUT', `/ctx/${id}/conversations/${kind}/${peer}/settings`, { muted: true });
    await ok('PUT', `/ctx/${tom}/push-settings`, { preview: false });
    await ok('POST', `/ctx/${tom}/friends/${nibbles}`);
    await ok('POST', `/ctx/${tom}/friends/${butch}`);
    await ok('PUT', `/ctx/${butch}/requests/friend/${tom}`, { accept: false });
    await ok('POST', `/ctx/${butch}/friends/${tom}`);
    await ok('POST', `/groups/${own}/members/${nibbles}`);
    await ok('PUT', `/groups/${left}/mutes/${tom}`, { until: FUTURE });
    await masterOf(OPEN)('PUT', `/rooms/${room}/mutes/${tom}`, { until: FUTURE });
    const other = String((await masterOf(OPEN)('POST', '/rooms', { members: [jerry] })).body);
    await masterOf(OPEN)('PUT', `/rooms/${other}/mutes/${tom}`, { until: FUTURE });
    await ok('PUT', `/ctx/${jerry}/blocks/${tom}`);
    await ok('PUT', `/ctx/${tom}/blocks/${spike}`);
  }

  it('leaves nothing but anonymous messages in groups, which pass to others', { tags: 'slow' }, async () => {
    const { master, tom, jerry, spike, install, toms, jerrys, own, left, alone, room } = await world();
    const kicks = kicksOf(toms);
    const unfriended = new Inbox(jerrys.client, 'unfriended');
    expect(await master('DELETE', `/ctx/${tom}`)).toMatchObject({ status: 202, body: { state: 'running' } });
    expect(await kicks.at()).toEqual({ reason: 'deleted' });
    await finished(OPEN, tom);
    expect((await master('GET', `/ctx/${tom}/deletion`)).body).toMatchObject({
      messages: 'anonymise',
      counts: { messages: 3, conversations: 2, groups: 2, rooms: 1 },
    });
    expect(await unfriended.at()).toEqual({ id: tom });
    expect((await master('GET', `/ctx/${tom}`)).status).toBe(404);
    expect((await master('GET', `/groups/${own}`)).body).toMatchObject({
      owner: spike,
      members: [jerry, spike].sort(),
    });
    expect((await master('GET', `/groups/${alone}`)).status).toBe(404);
    expect((await master('GET', `/rooms/${room}`)).body).toMatchObject({ members: [jerry] });
    const chats = async (group: string) =>
      ((await master('GET', `/groups/${group}/chats`)).body as { speaker: string; content: { body: string } }[]).map(
        ({ speaker, content }) => [speaker, content.body],
      );
    expect(await chats(own)).toEqual([
      ['deleted-user', 'one'],
      [jerry, 'read'],
    ]);
    expect(await chats(left)).toEqual([
      ['deleted-user', 'two'],
      [jerry, 'three'],
      ['deleted-user', 'four'],
      [jerry, 'mention'],
    ]);
    expect((await master('GET', `/groups/${own}/chats`)).body).toMatchObject([{}, { reactions: { '👍': [jerry] } }]);
    const impostor = await login(OPEN, 'deleted-user');
    await master('POST', `/groups/${own}/members/deleted-user`);
    const [{ id = '' } = {}] = (await master('GET', `/groups/${own}/chats`)).body as { id?: string }[];
    const recall = { to: { id: own, type: 1 }, id };
    expect(await emitWithAck(impostor.client, 'recall', [recall])).toMatchObject([{ success: false, error: 5003 }]);
    await master('DELETE', `/groups/${own}/members/deleted-user`);
    const { conversations } = Object((await master('GET', `/ctx/${jerry}/conversations`)).body) as {
      conversations: { id: string; last: object }[];
    };
    expect(conversations.map(({ id }) => id).sort()).toEqual([own, left].sort());
    expect(conversations.find(({ id }) => id === left)?.last).toMatchObject({ speaker: jerry });
    expect((await master('GET', `/ctx/${spike}/strangers`)).body).toEqual([]);
    expect(Object((await master('GET', `/2.0/installations/${install}`)).body)).not.toHaveProperty('boundTo');
    // Nothing in the tables of data names the user.
    const named = (items: object[]) => items.filter((item) => JSON.stringify(item).includes(tom));
    expect(named(await system.database.messages())).toEqual([]);
    expect(named(await system.database.core())).toEqual([]);
  });

  it('remains in part after failures, until the deletion is asked for again', { tags: 'slow' }, async () => {
    const { master, tom } = await world();
    await master('DELETE', `/ctx/${tom}`);
    system.cloud.throttle('dynamodb', 1000);
    const given = () =>
      Object.values(system.cloud.failureQueues())
        .flat()
        .map((message) => JSON.stringify(message));
    await eventually(() => given().filter((message) => message.includes('UserDeletion')).length, 20_000).toBe(1);
    system.cloud.throttle('dynamodb', 0);
    expect((await master('GET', `/ctx/${tom}/deletion`)).body).toMatchObject({ state: 'running' });
    await master('DELETE', `/ctx/${tom}`);
    await finished(OPEN, tom);
    system.cloud.clearFailureQueues();
  });

  it('takes the messages along, if that is wished', { tags: 'slow' }, async () => {
    const { master, tom, jerry, toms, own, left } = await world();
    const { id } = Object(await toms.say({ ...text(own, 'x'), to: { id: own, type: 1 } })) as { id: string };
    const edit = { to: { id: own, type: 1 }, id, content: { media: 0, body: 'y' } };
    expect(await emitWithAck(toms.client, 'edit', [edit])).toMatchObject([{ success: true }]);
    await master('DELETE', `/ctx/${tom}?messages=delete`);
    await finished(OPEN, tom);
    expect((await master('GET', `/groups/${left}/chats`)).body).toMatchObject([{ speaker: jerry }, { speaker: jerry }]);
    expect(JSON.stringify(await system.database.messages())).not.toContain(id);
  });

  it('is deleted by their own request, with their account; a repetition changes nothing', async () => {
    const account = { username: someone('name'), password: 'correct-horse' };
    const { body } = await send({ 'X-ML-AppId': STRICT }, 'POST', '/2.0/users', account);
    const { objectId: tom, sessionToken } = Object(body) as { objectId: string; sessionToken: string };
    const jerry = await user('jerry');
    const { body: minted } = await masterOf(STRICT)('POST', '/2.0/tokens', { id: tom });
    await masterOf(STRICT)('POST', `/ctx/${tom}/friends/${jerry.id}`);
    expect((await jerry.as('DELETE', `/ctx/${tom}`)).status).toBe(403);
    expect((await tokenOf(STRICT, sessionToken)('DELETE', `/ctx/${tom}`)).status).toBe(202);
    await finished(STRICT, tom);
    for (const token of [sessionToken, String(Object(minted).token)])
      expect((await tokenOf(STRICT, token)('GET', `/ctx/${tom}`)).status).toBe(401);
    expect((await send({ 'X-ML-AppId': STRICT }, 'POST', '/2.0/login', account)).status).toBe(404);
    expect((await jerry.as('GET', `/ctx/${jerry.id}/friends`)).body).toEqual([]);
    expect(await masterOf(STRICT)('DELETE', `/ctx/${tom}`)).toMatchObject({ status: 202, body: { state: 'done' } });
    expect((await masterOf(STRICT)('DELETE', `/ctx/${someone('nobody')}`)).status).toBe(404);
  });
});

it('the deletion of a user continues where it stopped', async () => {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  const master = masterOf(OPEN);
  await master('POST', `/ctx/${tom}/friends/${jerry}`);
  // Only the conversations are left, after a function died.
  await system.database.changeCore(({ pk, sk }) => pk === `${OPEN}#user#${tom}` && sk === 'profile', { deleted: true });
  const counts = { messages: 7, conversations: 0, groups: 0, rooms: 0 };
  const before = { messages: 'delete', step: 'conversations', started: 1, updated: 1, counts };
  await system.database.addAdmin([{ pk: `${OPEN}#deletions`, sk: tom, ...before }]);
  await expect(login(OPEN, tom)).rejects.toThrow(`${tom} is being deleted`);
  const spike = someone('spike');
  expect(await master('POST', `/ctx/${spike}/friends/${tom}`)).toMatchObject({
    status: 404,
    body: { errorCode: 5004 },
  });
  expect((await master('DELETE', `/ctx/${tom}`)).body).toMatchObject({ step: 'conversations', messages: 'delete' });
  await eventually(() => master('GET', `/ctx/${tom}/deletion`).then(({ body }) => Object(body))).toMatchObject({
    state: 'done',
    started: 1,
    counts: { messages: 7, conversations: 1, groups: 0, rooms: 0 },
  });
  expect((await master('GET', `/ctx/${jerry}/friends`)).body).toEqual([]);
});

it('what the master key does is in the audit log', async () => {
  const { body } = await masterOf(STRICT)('GET', '/audit?limit=200');
  const actions = new Set((Object(body).entries as { action: string }[]).map(({ action }) => action));
  for (const action of ['user.ban', 'user.unban', 'member.mute', 'user.delete']) expect(actions).toContain(action);
});
