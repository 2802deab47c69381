import { describe, expect, it } from 'vitest';
import { Inbox } from '../support/collect.ts';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, rest, someone } from '../support/macaw.ts';

const ASK = 'relations-ask';
const STRICT = 'relations-strict';
const SILENT = 'relations-silent';

const system = database(() => ({
  [ASK]: { friendship: 'ask' },
  [STRICT]: { mode: 'strict', plainLogin: true, friendship: 'ask' },
  [SILENT]: { blocked: 'silent' },
}));

/** Requests with the client key of an application in open mode, as old clients send them. */
const callOf =
  (inApp: string, key: Record<string, string> = {}) =>
  (method: string, path: string, body?: unknown) =>
    rest(system.origin, method, path, { body, headers: { 'X-ML-AppId': inApp, ...key } });

const call = callOf(app.id);
const ask = callOf(ASK);
const master = (inApp: string) => callOf(inApp, { 'X-ML-APIKey': '', 'X-ML-MasterKey': app.masterKey });

/** A device that also collects the events about requests and presence. */
async function login(id: string, inApp: string = app.id) {
  const device = await Device.login('4.8.4', system.origin, { app: inApp, client: id });
  const inbox = (event: string) => new Inbox(device.client, event);
  return Object.assign(device, {
    requests: inbox('request'),
    answers: inbox('requestAnswered'),
    befriended: inbox('befriended'),
    joined: inbox('joined'),
    online: inbox('online'),
    offline: inbox('offline'),
    reads: inbox('read'),
  });
}

const message = (id: string, type: number, body = 'hi') => ({ to: { id, type }, content: { media: 0, body } });

const refused = { success: false, error: 5003 };
const forbidden = { status: 403, body: { errorCode: 5003 } };
const settled = () => system.cloud.settled();

async function friends(inApp: string = app.id) {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await master(inApp)('POST', `/ctx/${tom}/friends/${jerry}`);
  return { tom, jerry };
}

describe('a blocked user', () => {
  it('cannot write as a friend, nor as a stranger, until the block ends', async () => {
    const { tom, jerry } = await friends();
    const [toms, jerrys] = [await login(tom), await login(jerry)];
    expect(await call('PUT', `/ctx/${jerry}/blocks/${tom}`)).toMatchObject({ status: 204 });
    expect((await call('GET', `/ctx/${jerry}/blocks`)).body).toEqual([{ id: tom, ts: expect.any(Number) }]);
    expect(await toms.say(message(jerry, 0))).toMatchObject(refused);
    expect(await toms.say(message(jerry, 4))).toMatchObject(refused);
    await settled();
    expect(jerrys.messages.received).toEqual([]);
    expect((await call('GET', `/ctx/${jerry}/friends/${tom}/chats`)).body).toEqual([]);
    expect(await call('DELETE', `/ctx/${jerry}/blocks/${tom}`)).toMatchObject({ status: 204 });
    expect(await toms.say(message(jerry, 0))).toMatchObject({ success: true });
    expect(await jerrys.messages.at()).toMatchObject({ from: { id: tom } });
    expect((await call('GET', `/ctx/${jerry}/blocks`)).body).toEqual([]);
  });

  it('does not see whether a friend is online', async () => {
    const { tom, jerry } = await friends();
    const toms = await login(tom);
    const jerrys = await login(jerry);
    await toms.online.at();
    await call('PUT', `/ctx/${jerry}/blocks/${tom}`);
    expect(await toms.offline.at()).toBe(jerry);
    expect((await call('GET', `/ctx/${tom}/friends?detail`)).body).toMatchObject([{ id: jerry, online: false }]);
    expect((await call('GET', `/ctx/${tom}/friends/${jerry}`)).body).toMatchObject({ online: false });
    expect((await call('GET', `/ctx/${jerry}/friends?detail`)).body).toMatchObject([{ id: tom, online: true }]);
    await disconnect(system.cloud, jerrys);
    await login(jerry);
    await settled();
    expect(toms.offline.received).toEqual([jerry]);
    expect(toms.online.received).toEqual([jerry]);
    await call('DELETE', `/ctx/${jerry}/blocks/${tom}`);
    expect(await toms.online.at(1)).toBe(jerry);
  });

  it('neither sees a stranger online, nor finds them online', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms] = [await login(tom), await login(jerry)];
    await toms.say(message(jerry, 4));
    const path = `/ctx/${tom}/strangers/${jerry}`;
    expect((await call('GET', path)).body).toMatchObject({ online: true });
    await call('PUT', `/ctx/${jerry}/blocks/${tom}`);
    expect((await call('GET', path)).body).toMatchObject({ online: false });
  });

  it('neither sends nor gets read receipts', async () => {
    const { tom, jerry } = await friends();
    const [toms, jerrys] = [await login(tom), await login(jerry)];
    await toms.say(message(jerry, 0));
    await jerrys.say(message(tom, 0));
    const [mine, theirs] = [Object(await jerrys.messages.at()).id, Object(await toms.messages.at()).id];
    await call('PUT', `/ctx/${jerry}/blocks/${tom}`);
    await call('PUT', `/ctx/${tom}/conversations/friend/${jerry}/read`, { upTo: theirs });
    await call('PUT', `/ctx/${jerry}/conversations/friend/${tom}/read`, { upTo: mine });
    await settled();
    // Each user hears of their own read position only.
    for (const { reads } of [toms, jerrys])
      expect(reads.received).toEqual([expect.objectContaining({ to: expect.anything() })]);
  });

  it('cannot befriend; the master key can, and the block stays in force', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const toms = await login(tom);
    await call('PUT', `/ctx/${jerry}/blocks/${tom}`);
    expect(await call('POST', `/ctx/${tom}/friends/${jerry}`)).toMatchObject(forbidden);
    expect(await call('POST', `/ctx/${jerry}/friends`, [tom])).toMatchObject(forbidden);
    expect(await master(app.id)('POST', `/ctx/${tom}/friends/${jerry}`)).toMatchObject({ status: 200 });
    expect(await toms.say(message(jerry, 0))).toMatchObject(refused);
    await call('DELETE', `/ctx/${jerry}/blocks/${tom}`);
    expect(await toms.say(message(jerry, 0))).toMatchObject({ success: true });
  });

  it('is refused or not as the block says, however befriending and blocking interleave', { tags: 'slow' }, async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const toms = await login(tom);
    const change = [
      () => master(app.id)('POST', `/ctx/${tom}/friends/${jerry}`),
      () => call('PUT', `/ctx/${jerry}/blocks/${tom}`),
      () => call('DELETE', `/ctx/${jerry}/blocks/${tom}`),
      () => call('DELETE', `/ctx/${tom}/friends/${jerry}`),
    ];
    await Promise.all(Array.from({ length: 16 }, (_, n) => change[n % 4]?.()));
    await master(app.id)('POST', `/ctx/${tom}/friends/${jerry}`);
    const blocks = (await call('GET', `/ctx/${jerry}/blocks`)).body as unknown[];
    expect(await toms.say(message(jerry, 0))).toMatchObject({ success: blocks.length === 0 });
    await call('PUT', `/ctx/${jerry}/blocks/${tom}`);
    expect(await toms.say(message(jerry, 0))).toMatchObject(refused);
  });

  it('notices nothing with the setting silent, and reaches nobody', async () => {
    const { tom, jerry } = await friends(SILENT);
    const [toms, pad, jerrys] = [await login(tom, SILENT), await login(tom, SILENT), await login(jerry, SILENT)];
    const silent = callOf(SILENT);
    await silent('PUT', `/ctx/${jerry}/blocks/${tom}`);
    for (const type of [0, 4]) {
      expect(await toms.say(message(jerry, type, 'lost'))).toMatchObject({ success: true, id: expect.any(String) });
    }
    expect(await toms.say({ ...message(jerry, 0, 'lost'), mentions: [jerry] })).toMatchObject({ success: true });
    expect(await toms.say({ ...message(jerry, 0), mentions: ['spike'] })).toMatchObject({ error: 5001 });
    await pad.yourselves.count(3);
    await silent('DELETE', `/ctx/${jerry}/blocks/${tom}`);
    await toms.say(message(jerry, 0, 'seen'));
    await jerrys.messages.at();
    expect(jerrys.messages.received).toMatchObject([{ content: { body: 'seen' } }]);
    expect((await silent('GET', `/ctx/${jerry}/friends/${tom}/chats`)).body).toMatchObject([
      { content: { body: 'seen' } },
    ]);
    expect((await silent('GET', `/ctx/${jerry}/strangers`)).body).toEqual([]);
  });

  it.each([
    ['oneself', (tom: string) => tom, 400],
    ['an id that is none', () => 'a b', 400],
  ])('is not %s', async (_, other, status) => {
    const tom = someone('tom');
    expect(await call('PUT', `/ctx/${tom}/blocks/${encodeURIComponent(other(tom))}`)).toMatchObject({ status });
  });

  it('is one of a thousand at most', async () => {
    const tom = someone('tom');
    const items = Array.from({ length: 1000 }, (_, n) => ({ pk: `${app.id}#user#${tom}`, sk: `block#u${n}`, ts: 1 }));
    await system.database.addCore(items);
    expect(await call('PUT', `/ctx/${tom}/blocks/spike`)).toMatchObject({ status: 409, body: { errorCode: 5008 } });
    expect(await call('PUT', `/ctx/${tom}/blocks/u7`)).toMatchObject({ status: 204 });
  });
});

describe('in an application that asks, a friendship', () => {
  it('is a request first, which the other user accepts', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = [await login(tom, ASK), await login(jerry, ASK)];
    const made = await ask('POST', `/ctx/${tom}/friends/${jerry}`);
    expect(made).toMatchObject({
      status: 200,
      body: { id: expect.any(String), from: tom, to: jerry, ts: expect.any(Number), ns: ASK, pending: true },
    });
    const request = { type: 0, from: tom, to: jerry, ts: expect.any(Number), expires: expect.any(Number) };
    expect(await jerrys.requests.at()).toEqual(request);
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([request]);
    expect((await ask('GET', `/ctx/${tom}/requests?sent`)).body).toEqual([request]);
    expect((await ask('GET', `/ctx/${tom}/friends`)).body).toEqual([]);
    expect(await toms.say(message(jerry, 0))).toMatchObject(refused);
    expect(await ask('PUT', `/ctx/${jerry}/requests/friend/${tom}`, { accept: true })).toMatchObject({ status: 204 });
    expect(await toms.answers.at()).toEqual({ type: 0, from: tom, to: jerry, outcome: 'accepted' });
    expect(await toms.befriended.at()).toEqual({ id: jerry });
    expect(await jerrys.befriended.at()).toEqual({ id: tom });
    expect((await ask('GET', `/ctx/${jerry}/friends`)).body).toEqual([tom]);
    for (const list of [`/ctx/${jerry}/requests`, `/ctx/${tom}/requests?sent`]) {
      expect((await ask('GET', list)).body).toEqual([]);
    }
    expect((await ask('POST', `/ctx/${tom}/friends/${jerry}`)).body).not.toHaveProperty('pending');
  });

  it('is asked for once, however often the request is repeated', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const jerrys = await login(jerry, ASK);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('POST', `/ctx/${tom}/friends/${jerry}`)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    // Cancelled and made again, it is open again, but not announced again.
    expect(await ask('DELETE', `/ctx/${tom}/requests/${jerry}`)).toMatchObject({ status: 204 });
    expect(await jerrys.answers.at()).toMatchObject({ outcome: 'cancelled' });
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([]);
    expect(await ask('DELETE', `/ctx/${tom}/requests/${jerry}`)).toMatchObject({ status: 404 });
    await ask('POST', `/ctx/${tom}/friends`, [jerry]);
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toMatchObject([{ from: tom }]);
    await settled();
    expect(jerrys.requests.received).toHaveLength(1);
  });

  it('is not asked for again after the other user declined', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const toms = await login(tom, ASK);
    await ask('POST', `/ctx/${tom}/friends/${jerry}`);
    expect(await ask('PUT', `/ctx/${jerry}/requests/friend/${tom}`, { accept: false })).toMatchObject({ status: 204 });
    expect(await toms.answers.at()).toMatchObject({ outcome: 'declined' });
    expect(await ask('POST', `/ctx/${tom}/friends/${jerry}`)).toMatchObject(forbidden);
    expect(await ask('PUT', `/ctx/${jerry}/requests/friend/${tom}`, { accept: true })).toMatchObject({ status: 404 });
    // The user who declined may ask.
    expect((await ask('POST', `/ctx/${jerry}/friends/${tom}`)).body).toMatchObject({ pending: true });
  });

  it('begins when both ask each other', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await ask('POST', `/ctx/${tom}/friends/${jerry}`);
    expect((await ask('POST', `/ctx/${jerry}/friends/${tom}`)).body).not.toHaveProperty('pending');
    expect((await ask('GET', `/ctx/${tom}/friends`)).body).toEqual([jerry]);
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([]);
  });

  it('is made at once by the master key, which also ends the request', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await ask('POST', `/ctx/${tom}/friends/${jerry}`);
    expect((await master(ASK)('POST', `/ctx/${tom}/friends/${jerry}`)).body).not.toHaveProperty('pending');
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([]);
    expect((await ask('GET', `/ctx/${tom}/requests?sent`)).body).toEqual([]);
  });

  it('cannot be accepted after the request expired', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await ask('POST', `/ctx/${tom}/friends/${jerry}`);
    const mine = (await system.database.messages()).filter(({ from, to }) => from === tom && to === jerry);
    expect(mine).toHaveLength(2);
    await system.database.addMessages(mine.map((item) => ({ ...item, expires: Math.floor(Date.now() / 1000) - 1 })));
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([]);
    expect(await ask('PUT', `/ctx/${jerry}/requests/friend/${tom}`, { accept: true })).toMatchObject({ status: 404 });
    expect((await ask('POST', `/ctx/${tom}/friends/${jerry}`)).body).toMatchObject({ pending: true });
  });

  it('is asked for by at most 500 users at once', async () => {
    const jerry = someone('jerry');
    const expires = Math.floor(Date.now() / 1000) + 1000;
    const items = Array.from({ length: 500 }, (_, n) => ({
      pk: `${ASK}#user#${jerry}#requests`,
      sk: `friend#u${n}`,
      ...{ from: `u${n}`, to: jerry, ts: n, expires },
    }));
    await system.database.addMessages(items);
    const one = someone('tom');
    expect(await ask('POST', `/ctx/${one}/friends/${jerry}`)).toMatchObject({ status: 409, body: { errorCode: 5008 } });
  });

  it('is not asked for by a blocked user, and a block declines a request', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await ask('POST', `/ctx/${tom}/friends/${jerry}`);
    await ask('PUT', `/ctx/${jerry}/blocks/${tom}`);
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([]);
    expect(await ask('POST', `/ctx/${tom}/friends/${jerry}`)).toMatchObject(forbidden);
  });

  it('is asked for and accepted by tokens in strict mode', async () => {
    const user = async () => {
      const id = someone('user');
      const { token } = Object(await (await login(id, STRICT)).logins.at());
      return { id, call: callOf(STRICT, { 'X-ML-APIKey': '', 'X-ML-Session-Token': token }) };
    };
    const [tom, jerry] = [await user(), await user()];
    expect((await tom.call('POST', `/ctx/${tom.id}/friends/${jerry.id}`)).body).toMatchObject({ pending: true });
    const path = `/ctx/${jerry.id}/requests/friend/${tom.id}`;
    expect(await tom.call('PUT', path, { accept: true })).toMatchObject(forbidden);
    expect((await jerry.call('PUT', path, { accept: true })).status).toBe(204);
    expect((await tom.call('GET', `/ctx/${tom.id}/friends`)).body).toEqual([jerry.id]);
  });
});

describe('in an application that asks, a group', () => {
  async function group() {
    const [tom, jerry, spike] = [someone('tom'), someone('jerry'), someone('spike')];
    await system.database.addUsers(ASK, [tom, jerry, spike]);
    const created = await ask('POST', '/groups', { owner: tom, members: [jerry] });
    return { tom, jerry, spike, gid: String(created.body) };
  }

  it('has new members when they accept the invitation', async () => {
    const { tom, jerry, spike, gid } = await group();
    const [toms, jerrys] = [await login(tom, ASK), await login(jerry, ASK)];
    expect((await ask('GET', `/groups/${gid}`)).body).toMatchObject({ members: [tom] });
    const open = { type: 1, from: tom, to: jerry, gid, ts: expect.any(Number), expires: expect.any(Number) };
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([open]);
    expect((await ask('GET', `/groups/${gid}/invitations`)).body).toEqual([open]);
    expect(await ask('PUT', `/ctx/${jerry}/requests/group/${gid}`, { accept: true })).toMatchObject({ status: 204 });
    expect(await toms.joined.at()).toEqual({ id: gid, type: 1, members: [jerry] });
    expect(await jerrys.answers.at()).toEqual({ type: 1, from: tom, to: jerry, gid, outcome: 'accepted' });
    expect(Object((await ask('GET', `/groups/${gid}`)).body).members.sort()).toEqual([jerry, tom].sort());
    // Adding a member again invites nobody; the other user is invited.
    const added = await ask('POST', `/groups/${gid}/members`, { members: [jerry, spike] });
    expect(Object(added.body).members).toHaveLength(2);
    expect((await ask('GET', `/groups/${gid}/invitations`)).body).toMatchObject([{ to: spike }]);
    expect(await ask('DELETE', `/groups/${gid}/invitations/${spike}`)).toMatchObject({ status: 204 });
    expect(await ask('PUT', `/ctx/${spike}/requests/group/${gid}`, { accept: true })).toMatchObject({ status: 404 });
  });

  it('gets an owner who is a member, and members by the master key at once', async () => {
    const { tom, jerry, spike, gid } = await group();
    expect(await ask('PUT', `/groups/${gid}`, { owner: spike })).toMatchObject(forbidden);
    await ask('PUT', `/groups/${gid}`, { members: [spike] });
    expect((await ask('GET', `/groups/${gid}`)).body).toMatchObject({ members: [tom] });
    expect((await ask('GET', `/ctx/${spike}/requests`)).body).toMatchObject([{ gid }]);
    await master(ASK)('POST', `/groups/${gid}/members/${jerry}`);
    expect(Object((await ask('GET', `/groups/${gid}`)).body).members).toContain(jerry);
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toEqual([]);
  });

  it('takes its invitations along when it is deleted', async () => {
    const { tom, jerry, gid } = await group();
    const other = String((await ask('POST', '/groups', { owner: tom, members: [jerry] })).body);
    expect((await ask('DELETE', `/groups/${gid}`)).status).toBe(204);
    expect((await ask('GET', `/ctx/${jerry}/requests`)).body).toMatchObject([{ gid: other }]);
    expect(await ask('PUT', `/ctx/${jerry}/requests/group/${gid}`, { accept: true })).toMatchObject({ status: 404 });
  });

  it('invites neither users who block the owner, nor users who declined', async () => {
    const { tom, jerry, spike, gid } = await group();
    await ask('PUT', `/ctx/${spike}/blocks/${tom}`);
    expect(await ask('POST', `/groups/${gid}/members/${spike}`)).toMatchObject(forbidden);
    await ask('PUT', `/ctx/${jerry}/requests/group/${gid}`, { accept: false });
    expect(await ask('POST', `/groups/${gid}/members/${jerry}`)).toMatchObject(forbidden);
    expect(await ask('POST', `/groups/${gid}/members/${someone('nobody')}`)).toMatchObject({ status: 404 });
  });
});

describe('the settings of a conversation', () => {
  it('show in the list, where the first page has all that are pinned', async () => {
    const tom = someone('tom');
    const [a, b, c] = [someone('a'), someone('b'), someone('c')];
    const [toms] = [await login(tom), await login(c)];
    for (const id of [a, b]) await call('POST', `/ctx/${tom}/friends/${id}`);
    for (const id of [a, b]) await toms.say(message(id, 0));
    await toms.say(message(c, 4));
    const path = (type: string, id: string) => `/ctx/${tom}/conversations/${type}/${id}/settings`;
    expect((await call('GET', path('friend', a))).body).toEqual({ muted: false, pinned: false });
    expect((await call('PUT', path('friend', a), { pinned: true })).body).toEqual({ muted: false, pinned: true });
    expect((await call('PUT', path('friend', a), { muted: true })).body).toEqual({ muted: true, pinned: true });
    await call('PUT', path('stranger', c), { pinned: true });
    await settled();
    const list = async (query = '') => Object((await call('GET', `/ctx/${tom}/conversations${query}`)).body);
    const { conversations, cursor } = await list('?limit=1');
    expect(conversations).toMatchObject([
      { id: c, pinned: true },
      { id: a, muted: true, pinned: true },
    ]);
    expect(conversations[0]).not.toHaveProperty('muted');
    expect((await list(`?limit=1&cursor=${cursor}`)).conversations).toMatchObject([{ id: b }]);
    await call('PUT', path('friend', a), { pinned: false, muted: false });
    await call('PUT', path('stranger', c), { pinned: false });
    for (const entry of (await list()).conversations) {
      expect(entry).not.toHaveProperty('pinned');
      expect(entry).not.toHaveProperty('muted');
    }
  });

  it('have all changes that several devices make at the same time', async () => {
    const tom = someone('tom');
    for (let n = 0; n < 5; n++) {
      const path = `/ctx/${tom}/conversations/friend/u${n}/settings`;
      await Promise.all([call('PUT', path, { muted: true }), call('PUT', path, { pinned: true })]);
      expect((await call('GET', path)).body).toEqual({ muted: true, pinned: true });
      await Promise.all([call('PUT', path, { muted: false }), call('PUT', path, { pinned: false })]);
      expect((await call('GET', path)).body).toEqual({ muted: false, pinned: false });
    }
  });

  it('exist for a thousand conversations at most', async () => {
    const tom = someone('tom');
    const items = Array.from({ length: 1000 }, (_, n) => ({
      pk: `${app.id}#user#${tom}`,
      sk: `settings#friend#u${n}`,
      ...{ muted: true, pinned: false },
    }));
    await system.database.addCore(items);
    const path = (id: string) => `/ctx/${tom}/conversations/friend/${id}/settings`;
    expect(await call('PUT', path('spike'), { muted: true })).toMatchObject({ status: 409 });
    expect(await call('PUT', path('u1'), { pinned: true })).toMatchObject({ status: 200 });
  });
});
