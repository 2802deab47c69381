import { describe, expect, it, onTestFinished } from 'vitest';
import { mark } from '../../functions/store/keys.ts';
import { cost } from '../support/cost.ts';
import { database } from '../support/database.ts';
import { app, befriend, credentials, rest, someone } from '../support/demo-app.ts';
import { Device, text } from '../support/device.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({ hiding: { historyForNewMembers: false, mode: 'strict', adding: 'anyone' } }));
const { users, create, login, call } = testApi(system);

const list = async (user: string, query = '') => {
  const { status, body } = await call('GET', `/ctx/${user}/conversations${query}`);
  expect(status).toBe(200);
  return body as {
    conversations: {
      id: string;
      type: number;
      last?: { id: string; content: unknown };
      unread: number;
      read?: string;
    }[];
    cursor?: string;
  };
};
const unread = async (user: string) => (await call('GET', `/ctx/${user}/unread`)).body;
const idOf = (answer: unknown) => String(Object(answer).id);
const DAY_MS = 24 * 60 * 60 * 1000;
const messageId = (ts: number, n = 0) =>
  `${String(ts).padStart(14, '0')}-0000000000000000-${String(n).padStart(8, '0')}`;

/** Calls of DynamoDB for a request, when the function has the application in its cache. */
async function callsFor(path: string): Promise<number> {
  await call('GET', path);
  const { calls } = await cost(system.cloud, () => call('GET', path));
  return Object.entries(calls).reduce((sum, [name, count]) => (name.startsWith('dynamodb:') ? sum + count : sum), 0);
}

/** Stores friends of a user, each with a conversation of two messages. */
async function withFriends(user: string, count: number): Promise<string[]> {
  const friends = Array.from({ length: count }, () => someone('friend'));
  await system.database.addCore(
    friends.map((friend) => ({
      pk: `${app.id}#user#${user}`,
      sk: `friend#${friend}`,
      ...{ id: friend, from: user, to: friend, ts: 1, heads: true },
    })),
  );
  const start = Date.now() - 3_600_000;
  await system.database.addMessages(
    friends.map((friend, n) => ({
      pk: `${app.id}#friend#${[user, friend].sort().join('#')}`,
      sk: 'head',
      ...{ last: messageId(start, n), start, count: start + 2, [`by#${mark(user)}`]: 1, expires: 9_999_999_999 },
      message: { speaker: friend, content: { media: 0, body: `message ${n}` } },
    })),
  );
  return friends;
}

describe('the conversations of a user', () => {
  it('of all kinds are listed newest first, with the last message and the number of unread ones', async () => {
    const [tom = '', jerry = '', butch = '', silent = ''] = await users('tom', 'jerry', 'butch', 'silent');
    await Promise.all([befriend(system.origin, tom, jerry), befriend(system.origin, tom, silent)]);
    const group = await create('group', { owner: jerry, members: [tom] });
    const [toms, jerrys, butchs, visitor] = await Promise.all([
      login(tom),
      login(jerry),
      login(butch),
      login({ passenger: {} }),
    ]);
    for (const body of ['1', '2', '3']) await jerrys.say(text(tom, body));
    await toms.say(text(jerry, 'own'));
    await jerrys.say({ to: { id: group, type: 1 }, content: { body: 'group' } });
    await toms.say({ to: { id: group, type: 1 }, content: { body: 'own' } });
    await butchs.say({ to: { id: tom, type: 4 }, content: { body: 'x'.repeat(2000) } });
    await visitor.say({ to: { id: tom }, content: { body: 'visitor' } });
    const pid = await visitor.loggedIn();
    const { conversations, cursor } = await list(tom);
    expect(cursor).toBeUndefined();
    expect(conversations).toMatchObject([
      { id: pid, type: 3, unread: 1, last: { content: { body: 'visitor' } } },
      { id: butch, type: 4, unread: 1, last: { content: { body: 'x'.repeat(2000) } } },
      { id: group, type: 1, unread: 1, last: { speaker: tom, content: { body: 'own' } } },
      { id: jerry, type: 0, unread: 3, last: { content: { body: 'own' } } },
    ]);
    expect(await unread(tom)).toEqual({ unread: 6 });
    const pages = [];
    for (let query = '?limit=1'; query; ) {
      const page = await list(tom, query);
      pages.push(...page.conversations);
      query = page.cursor === undefined ? '' : `?limit=1&cursor=${page.cursor}`;
    }
    expect(pages).toEqual(conversations);
    expect(await call('GET', `/ctx/${tom}/conversations?cursor=x`)).toMatchObject({ status: 400 });
    // The list of strangers does not contain visitors.
    expect((await call('GET', `/ctx/${tom}/strangers`)).body).toEqual([butch]);
  });

  it('take at most 6 calls for 100 of them, and so do the unread messages', async () => {
    const tom = someone('tom');
    const friends = await withFriends(tom, 100);
    const { conversations } = await list(tom, '?limit=200');
    expect(conversations.map(({ id }) => id)).toEqual(friends.toReversed());
    expect(await callsFor(`/ctx/${tom}/conversations?limit=200`)).toBeLessThanOrEqual(6);
    expect(await unread(tom)).toEqual({ unread: 100 });
    expect(await callsFor(`/ctx/${tom}/unread`)).toBeLessThanOrEqual(6);
    expect(await callsFor(`/ctx/${tom}/conversations?limit=200&receipts`)).toBeLessThanOrEqual(7);
    expect(await callsFor(`/ctx/${tom}/friends?detail`)).toBeLessThanOrEqual(3);
  });

  it('show the messages before a retention period no more', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const old = Date.now() - 8 * DAY_MS;
    const pk = `${app.id}#friend#${[tom, jerry].sort().join('#')}`;
    const head = { pk, sk: 'head', start: old, expires: 9_999_999_999 };
    await system.database.addMessages([{ ...head, last: messageId(old), count: old + 1 }]);
    expect((await list(tom)).conversations).toEqual([]);
    expect(await unread(tom)).toEqual({ unread: 0 });
    const recent = messageId(Date.now() - DAY_MS);
    const message = { speaker: jerry, content: { media: 0, body: 'recent' } };
    await system.database.addMessages([
      { ...head, last: recent, count: old + 2 },
      { pk, sk: recent, ...message, expires: 9_999_999_999 },
    ]);
    expect((await list(tom)).conversations).toMatchObject([{ unread: 1, last: { id: recent } }]);
  });

  it('follow friendships, memberships and erased histories', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const group = await create('group', { owner: jerry, members: [tom] });
    const jerrys = await login(jerry);
    const toGroup = (body: string) => jerrys.say({ to: { id: group, type: 1 }, content: { body } });
    await toGroup('one');
    const upTo = idOf(await toGroup('two'));
    await jerrys.say(text(tom, 'friend'));
    expect((await call('PUT', `/ctx/${tom}/conversations/group/${group}/read`, { upTo })).status).toBe(204);
    await call('DELETE', `/groups/${group}/chats`);
    expect((await list(tom)).conversations.map(({ id }) => id)).toEqual([jerry]);
    await toGroup('after');
    expect((await list(tom)).conversations).toMatchObject([{ id: group, unread: 1 }, { id: jerry }]);
    await call('DELETE', `/ctx/${tom}/friends/${jerry}`);
    await call('DELETE', `/groups/${group}/members/${tom}`);
    expect((await list(tom)).conversations).toEqual([]);
    await befriend(system.origin, tom, jerry);
    expect((await list(tom)).conversations).toMatchObject([{ id: jerry, unread: 1 }]);
  });
});

describe('with historyForNewMembers: false', () => {
  const enter = async (client: string) => {
    const query = { auth: JSON.stringify({ ...credentials({ client }), app: 'hiding' }) };
    const device = new Device('4.8.4', system.origin, { query });
    await device.loggedIn();
    const { token } = Object(await device.logins.at());
    const headers = { 'X-ML-AppId': 'hiding', 'X-ML-Session-Token': token };
    const ask = async (method: string, path: string, body?: unknown) =>
      (await rest(system.origin, method, path, { headers, ...(body !== undefined && { body }) })).body;
    return { device, ask };
  };

  it('new members see and count no older messages of a group', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = [await enter(tom), await enter(jerry)];
    const group = await toms.ask('POST', '/groups', { owner: tom });
    const send = (body: string) => toms.device.say({ to: { id: group, type: 1 }, content: { body } });
    const old = idOf(await send('before'));
    await toms.ask('POST', `/groups/${group}/members`, { members: [jerry] });
    const state = async () => ({
      history: await jerrys.ask('GET', `/groups/${group}/chats`),
      recent: Object(await jerrys.ask('GET', `/ctx/${jerry}/groups?detail`))[0]?.recent,
      listed: Object(await jerrys.ask('GET', `/ctx/${jerry}/conversations`)).conversations,
      unread: await jerrys.ask('GET', `/ctx/${jerry}/unread`),
      missed: Object(await jerrys.ask('GET', `/ctx/${jerry}/sync?since=${messageId(1)}`)).events,
      one: await jerrys.ask('GET', `/groups/${group}/chats/${old}`),
    });
    expect(await state()).toMatchObject({
      history: [],
      recent: undefined,
      listed: [],
      unread: { unread: 0 },
      missed: [],
      one: { errorCode: 5004 },
    });
    const reads = () => toms.ask('GET', `/groups/${group}/reads`);
    expect(await toms.ask('GET', `/groups/${group}/chats`)).toHaveLength(1);
    expect(await reads()).toEqual([]);
    const id = idOf(await send('after'));
    expect(await state()).toMatchObject({
      history: [{ id }],
      recent: { id },
      listed: [{ id: group, unread: 1 }],
      unread: { unread: 1 },
      missed: [{ data: { id } }],
    });
    await jerrys.ask('PUT', `/ctx/${jerry}/conversations/group/${group}/read`, { upTo: id });
    expect(await reads()).toEqual([{ id: jerry, upTo: id }]);
  });

  it('nor do members who joined after a failure', { tags: 'slow' }, async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = [await enter(tom), await enter(jerry)];
    const group = await toms.ask('POST', '/groups', { owner: tom });
    await toms.device.say({ to: { id: group, type: 1 }, content: { body: 'before' } });
    const join = () => toms.ask('POST', `/groups/${group}/members/${jerry}`);
    system.cloud.conflict(1000, 'Messages');
    onTestFinished(() => system.cloud.conflict(0));
    expect(await join()).toMatchObject({ errorCode: 5002 });
    system.cloud.conflict(0);
    expect(await join()).toMatchObject({ members: [jerry, tom].sort() });
    expect(await jerrys.ask('GET', `/groups/${group}/chats`)).toEqual([]);
  });
});

describe('a read position', () => {
  it('is listed for the other participant, if both use receipts', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const [toms, jerrys] = await Promise.all([login(tom), login(jerry)]);
    const receipt = async () => (await list(tom, '?receipts')).conversations[0]?.read;
    const read = (upTo: string) => call('PUT', `/ctx/${jerry}/conversations/friend/${tom}/read`, { upTo });
    const [one, two] = [idOf(await toms.say(text(jerry, '1'))), idOf(await toms.say(text(jerry, '2')))];
    expect(await receipt()).toBeUndefined();
    await read(one);
    expect(await receipt()).toBe(one);
    await jerrys.say(text(tom, 'an answer'));
    expect(await receipt()).toBe(one);
    expect((await list(tom)).conversations[0]).not.toHaveProperty('read');
    await call('PUT', `/ctx/${tom}/receipts`, { enabled: false });
    await read(two);
    expect((await list(jerry)).conversations[0]?.unread).toBe(0);
    expect(await receipt()).toBe(one);
  });

  it('moves forward only, and leaves the messages after it unread', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const [toms, jerrys] = await Promise.all([login(tom), login(jerry)]);
    const ids: string[] = [];
    for (const body of ['1', '2', '3', '4']) {
      ids.push(idOf(await jerrys.say(text(tom, body))));
      await toms.say(text(jerry, `answer to ${body}`));
    }
    const read = (upTo: string | undefined) => call('PUT', `/ctx/${tom}/conversations/friend/${jerry}/read`, { upTo });
    const left = async () => (await list(tom)).conversations[0]?.unread;
    expect(await left()).toBe(4);
    expect((await read(ids[1])).status).toBe(204);
    expect(await left()).toBe(2);
    expect((await read(ids[0])).status).toBe(204);
    expect(await left()).toBe(2);
    await jerrys.say(text(tom, '5'));
    expect(await left()).toBe(3);
    expect((await read((await list(tom)).conversations[0]?.last?.id)).status).toBe(204);
    expect(await left()).toBe(0);
    await jerrys.say(text(tom, '6'));
    expect(await left()).toBe(1);
    expect(await unread(jerry)).toEqual({ unread: 4 });
  });

  it.each([
    ['counted, but not stored', 1],
    ['stored, but not counted', 0],
  ])('corrects the counter when a function died with a message %s', async (state, shown) => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const jerrys = await login(jerry);
    const upTo = idOf(await jerrys.say(text(tom, 'stored')));
    const read = (id: string) => call('PUT', `/ctx/${tom}/conversations/friend/${jerry}/read`, { upTo: id });
    await read(upTo);
    const pk = `${app.id}#friend#${[tom, jerry].sort().join('#')}`;
    const id = messageId(Date.now() - 60_000);
    const content = { media: 0, body: 'lost' };
    if (shown === 0)
      await system.database.addMessages([{ pk, sk: id, speaker: jerry, content, expires: 9_999_999_999 }]);
    else {
      const head = (await system.database.messages()).find((item) => item.pk === pk && item.sk === 'head');
      await system.database.addMessages([{ ...head, count: Number(head?.count) + 1 }]);
    }
    expect(await unread(tom)).toEqual({ unread: shown });
    expect((await read(upTo)).status).toBe(204);
    expect(await unread(tom)).toEqual({ unread: 0 });
    await jerrys.say(text(tom, state));
    expect(await unread(tom)).toEqual({ unread: 1 });
  });

  it('leaves a message unread that is being stored', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const jerrys = await login(jerry);
    const upTo = idOf(await jerrys.say(text(tom, 'first')));
    await jerrys.say(text(tom, 'second'));
    const pk = `${app.id}#friend#${[tom, jerry].sort().join('#')}`;
    const head = (await system.database.messages()).find((item) => item.pk === pk && item.sk === 'head');
    // The head counts the third message already.
    const last = messageId(Date.now());
    await system.database.addMessages([{ ...head, count: Number(head?.count) + 1, last }]);
    await call('PUT', `/ctx/${tom}/conversations/friend/${jerry}/read`, { upTo });
    expect(await unread(tom)).toEqual({ unread: 2 });
  });

  it.each([
    ['of another conversation', 'other', 404, 5004],
    ['of the future', messageId(Date.now() + DAY_MS), 404, 5004],
    ['that is malformed', 'x', 400, 5001],
  ])('is not set to a message %s', async (_, given, status, errorCode) => {
    const [tom = '', jerry = '', butch = ''] = await users('tom', 'jerry', 'butch');
    await Promise.all([befriend(system.origin, tom, jerry), befriend(system.origin, tom, butch)]);
    const [jerrys, butchs] = await Promise.all([login(jerry), login(butch)]);
    await jerrys.say(text(tom, 'x'));
    const other = idOf(await butchs.say(text(tom, 'y')));
    const path = `/ctx/${tom}/conversations/friend/${jerry}/read`;
    expect(await call('PUT', path, { upTo: given === 'other' ? other : given })).toMatchObject({
      status,
      body: { errorCode },
    });
    expect((await list(tom)).conversations).toMatchObject([{ unread: 1 }, { unread: 1 }]);
  });

  it('of a stranger who is no friend, or in a room, is refused', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const upTo = messageId(Date.now());
    const read = (type: string) => call('PUT', `/ctx/${tom}/conversations/${type}/${jerry}/read`, { upTo });
    expect(await read('friend')).toMatchObject({ status: 404, body: { errorCode: 5004 } });
    expect(await read('stranger')).toMatchObject({ status: 404, body: { errorCode: 5004 } });
    expect(await read('room')).toMatchObject({ status: 400, body: { errorCode: 5001 } });
    expect((await rest(system.origin, 'GET', `/groups/${jerry}/reads`)).status).toBe(404);
  });
});
