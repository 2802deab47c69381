import { describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS, emitWithAck } from '../support/clients.ts';
import { Inbox } from '../support/collect.ts';
import { cost } from '../support/cost.ts';
import { database } from '../support/database.ts';
import { app, befriend, credentials, rest, someone } from '../support/demo-app.ts';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({
  brief: { editHours: 0 },
  strict: { mode: 'strict' },
  dropping: { blocked: 'silent' },
}));
const { users, create, login, call } = testApi(system);
const MASTER = { 'X-ML-MasterKey': app.masterKey, 'X-ML-APIKey': '' };

const idOf = (answer: unknown) => String(Object(answer).id);
const content = (body: string) => ({ media: 0, body });

/** A device, with the changes of messages that it received. */
function watched(device: Device) {
  return {
    device,
    edited: new Inbox(device.client, 'edited'),
    recalled: new Inbox(device.client, 'recalled'),
    reactions: new Inbox(device.client, 'reaction'),
    signals: new Inbox(device.client, 'signal'),
    send: async (event: string, input: unknown) =>
      Object((await emitWithAck(device.client, event, [input], 10_000))[0]),
  };
}
type Watched = ReturnType<typeof watched>;

const online = async (who: string | Record<string, unknown>) => watched(await login(who));

/** Logs in with the last message that the device has, and waits for the end of the catch-up. */
async function back(who: Record<string, unknown>): Promise<Watched & { synced: Record<string, unknown> }> {
  const query = { auth: JSON.stringify(credentials(who)) };
  const device = new Device('4.8.4', system.origin, { query, options: { reconnection: false } });
  const all = watched(device);
  return { ...all, synced: Object(await new Inbox(device.client, 'synced').at()) };
}

/** Tom and Jerry, who are friends, with Tom's second device, and a message of Tom. */
async function friends() {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const [toms, tablet, jerrys] = await Promise.all([online(tom), online(tom), online(jerry)]);
  const id = idOf(await toms.device.say(text(jerry, 'helo')));
  await jerrys.device.messages.at();
  return { tom, jerry, toms, tablet, jerrys, id, to: { id: jerry, type: 0 } };
}

const historyOf = async (path: string) => (await call('GET', path)).body as Record<string, unknown>[];
const entryOf = async (user: string, peer: string) =>
  (Object((await call('GET', `/ctx/${user}/conversations`)).body).conversations as { id: string }[]).find(
    ({ id }) => id === peer,
  );

describe('an edit', () => {
  it('changes the message for all devices, in the history and in the list', async () => {
    const { tom, jerry, toms, tablet, jerrys, id, to } = await friends();
    const answer = await toms.send('edit', { to, id, content: content('hello') });
    expect(answer).toEqual({ success: true, id, ts: expect.any(Number) });
    const change = { id, speaker: tom, content: content('hello'), edited: answer.ts, by: tom };
    expect(await jerrys.edited.at()).toEqual({ ...change, to: { id: tom, type: 0 } });
    expect(await tablet.edited.at()).toEqual({ ...change, to });
    expect(toms.edited.received).toEqual([]);
    const stored = { id, speaker: tom, content: content('hello'), edited: answer.ts };
    expect(await historyOf(`/ctx/${jerry}/friends/${tom}/chats`)).toMatchObject([stored]);
    expect(await entryOf(jerry, tom)).toMatchObject({ last: stored, unread: 1 });
  });

  it('has no second effect when it is repeated', async () => {
    const { toms, jerrys, id, to } = await friends();
    const edit = { to, id, content: content('hello') };
    const first = await toms.send('edit', edit);
    expect(await toms.send('edit', edit)).toEqual(first);
    await toms.send('edit', { ...edit, content: content('bye') });
    expect(await jerrys.edited.count(2)).toMatchObject([{ content: content('hello') }, { content: content('bye') }]);
  });

  it('is for the speaker, within the time that the application sets', async () => {
    const { tom, jerry, jerrys, toms, id } = await friends();
    const byJerry = { to: { id: tom }, id, content: content('x') };
    expect(await jerrys.send('edit', byJerry)).toMatchObject({ success: false, error: 5003 });
    expect(await jerrys.send('recall', { to: { id: tom }, id })).toMatchObject({ success: false, error: 5003 });
    const unknown = { to: { id: jerry }, id: `${'0'.repeat(14)}-${'0'.repeat(16)}-00000000` };
    expect(await toms.send('recall', unknown)).toMatchObject({ error: 5004 });
    expect(await toms.send('edit', { to: { id: jerry }, id, content: { media: 4, body: '{' } })).toMatchObject({
      error: 5001,
      message: expect.stringContaining('edit.content.body'),
    });
    const [sylvester, tweety] = [someone('sylvester'), someone('tweety')];
    const brief = { 'X-ML-AppId': 'brief' };
    await call('POST', `/ctx/${sylvester}/friends/${tweety}`, undefined, brief);
    const sylvesters = await online({ client: sylvester, app: 'brief' });
    const late = idOf(await sylvesters.device.say(text(tweety, 'x')));
    const to = { id: tweety };
    expect(await sylvesters.send('edit', { to, id: late, content: content('y') })).toMatchObject({ error: 5003 });
    expect(await sylvesters.send('react', { to, id: late, reaction: '👍' })).toMatchObject({ success: true });
    const path = `/ctx/${sylvester}/conversations/friend/${tweety}/messages/${late}`;
    expect(await call('DELETE', path, undefined, brief)).toMatchObject({ status: 403 });
    expect(await call('DELETE', path, undefined, { ...MASTER, ...brief })).toMatchObject({ status: 200 });
  });
});

describe('a recall', () => {
  it('removes the content for all devices, and the message from the unread count', async () => {
    const { tom, jerry, toms, tablet, jerrys, id, to } = await friends();
    const kept = idOf(await toms.device.say(text(jerry, 'second')));
    await jerrys.send('read', { to: { id: tom }, upTo: id });
    const third = idOf(await toms.device.say(text(jerry, 'third')));
    expect(await entryOf(jerry, tom)).toMatchObject({ unread: 2 });
    const answer = await toms.send('recall', { to, id: third });
    const change = { id: third, speaker: tom, recalled: answer.ts, by: tom };
    expect(await jerrys.recalled.at()).toEqual({ ...change, to: { id: tom, type: 0 } });
    expect(await tablet.recalled.at()).toEqual({ ...change, to });
    const stored = { id: third, ts: expect.any(Number), speaker: tom, recalled: answer.ts };
    expect(await entryOf(jerry, tom)).toEqual({ id: tom, type: 0, last: stored, unread: 1 });
    expect((await call('GET', `/ctx/${jerry}/unread`)).body).toEqual({ unread: 1 });
    expect(await historyOf(`/ctx/${jerry}/friends/${tom}/chats?after=${kept}`)).toEqual([stored]);
    // A message that was read before does not reduce the number.
    await toms.send('recall', { to, id });
    expect(await entryOf(jerry, tom)).toMatchObject({ unread: 1 });
    await jerrys.send('read', { to: { id: tom }, upTo: kept });
    expect(await entryOf(jerry, tom)).toMatchObject({ unread: 0 });
    await toms.device.say(text(jerry, 'fourth'));
    expect(await entryOf(jerry, tom)).toMatchObject({ unread: 1, last: { content: content('fourth') } });
  });

  it('wins over edits and reactions at the same time', async () => {
    const { tom, jerry, toms, tablet, jerrys, id, to } = await friends();
    const acts = [
      toms.send('edit', { to, id, content: content('one') }),
      tablet.send('edit', { to, id, content: content('two') }),
      jerrys.send('react', { to: { id: tom }, id, reaction: '👍' }),
      toms.send('recall', { to, id }),
      tablet.send('recall', { to, id }),
    ];
    const [first, second, reaction, ...recalls] = await Promise.all(acts);
    for (const answer of [first, second, reaction]) {
      if (!answer?.success) expect(answer).toMatchObject({ error: 5004 });
    }
    expect(recalls).toMatchObject([{ success: true }, { success: true }]);
    expect(new Set(recalls.map(({ ts }) => ts)).size).toBe(1);
    const stored = { id, ts: expect.any(Number), speaker: tom, recalled: recalls[0]?.ts };
    expect(await historyOf(`/ctx/${jerry}/friends/${tom}/chats`)).toEqual([stored]);
    expect(await toms.send('edit', { to, id, content: content('three') })).toMatchObject({ error: 5004 });
    await jerrys.recalled.at();
    await system.cloud.settled();
    expect(jerrys.recalled.received).toHaveLength(1);
  });

  it('of another member is for the owner and the admins of a group, and for the master key', async () => {
    const [tom = '', jerry = '', butch = ''] = await users('tom', 'jerry', 'butch');
    const group = await create('group', { owner: tom, members: [jerry, butch] });
    const [toms, jerrys, butchs] = await Promise.all([online(tom), online(jerry), online(butch)]);
    const to = { id: group, type: 1 };
    const say = async () => idOf(await jerrys.device.say({ to, content: content('spam') }));
    const ids = [await say(), await say(), await say()];
    const [first = '', second = '', third = ''] = ids;
    expect(await butchs.send('recall', { to, id: first })).toMatchObject({ error: 5003 });
    expect(await toms.send('edit', { to, id: first, content: content('x') })).toMatchObject({ error: 5003 });
    const { ts } = await toms.send('recall', { to, id: first });
    const event = { to, id: first, speaker: jerry, recalled: ts, by: tom };
    expect(await Promise.all([jerrys.recalled.at(), butchs.recalled.at()])).toEqual([event, event]);
    const isGroup = ({ pk, sk }: Record<string, unknown>) => pk === `${app.id}#group#${group}` && sk === 'profile';
    await system.database.changeCore(isGroup, { admins: new Set([butch]) });
    expect(await butchs.send('recall', { to, id: second })).toMatchObject({ success: true });
    const path = `/ctx/${butch}/conversations/group/${group}/messages/${third}`;
    const byMaster = await call('DELETE', path, undefined, MASTER);
    expect(byMaster).toMatchObject({ status: 200, body: { id: third } });
    const last = { to, id: third, speaker: jerry, recalled: Object(byMaster.body).ts };
    expect([await jerrys.recalled.at(2), await toms.recalled.at(1)]).toEqual([last, last]);
    const { entries } = Object((await call('GET', '/audit?limit=1', undefined, MASTER)).body);
    expect(entries).toMatchObject([{ action: 'message.recall', object: `group/${butch}/${group}/${third}` }]);
  });
});

describe('a reaction', () => {
  it('is added and removed, and reaches all devices', async () => {
    const { tom, jerry, toms, tablet, jerrys, id, to } = await friends();
    const react = (more: object) => jerrys.send('react', { to: { id: tom }, id, ...more });
    const { ts } = await react({ reaction: '👍' });
    expect(await react({ reaction: '👍' })).toEqual({ success: true, id, ts, reactions: { '👍': [jerry] } });
    const event = { id, speaker: tom, reactions: { '👍': [jerry] }, reacted: ts, by: jerry, reaction: '👍' };
    for (const device of [toms, tablet]) expect(await device.reactions.at()).toEqual({ ...event, to });
    await react({ reaction: 'party' });
    const removed = await react({ reaction: '👍', remove: true });
    expect(await toms.reactions.at(2)).toMatchObject({ reactions: { party: [jerry] }, reaction: '👍', remove: true });
    const stored = { id, reactions: { party: [jerry] }, reacted: removed.ts };
    expect(await historyOf(`/ctx/${tom}/friends/${jerry}/chats`)).toMatchObject([stored]);
    await react({ reaction: 'party', remove: true });
    expect((await historyOf(`/ctx/${tom}/friends/${jerry}/chats`))[0]).not.toHaveProperty('reactions');
    // The name of a property of every object.
    expect(await react({ reaction: 'constructor' })).toMatchObject({ reactions: { constructor: [jerry] } });
    for (const reaction of ['', 'two words', 'x'.repeat(33), '__proto__']) {
      expect(await react({ reaction })).toMatchObject({ error: 5001 });
    }
  });

  it('is not lost among others at the same time, up to 20 kinds', { tags: 'slow' }, async () => {
    const names = ['tom', 'jerry', 'butch', 'spike'];
    const members = await users(...names);
    const [tom = '', jerry = ''] = members;
    const group = await create('group', { owner: tom, members });
    const devices = await Promise.all(members.map(online));
    const to = { id: group, type: 1 };
    const id = idOf(await devices[0]?.device.say({ to, content: content('party?') }));
    const answers = await Promise.all(devices.map(({ send }) => send('react', { to, id, reaction: '🎉' })));
    expect(answers).toMatchObject(names.map(() => ({ success: true })));
    const [stored] = await historyOf(`/groups/${group}/chats`);
    expect(Object(stored?.reactions)['🎉'].toSorted()).toEqual(members.toSorted());
    const path = (reaction: string) =>
      `/ctx/${jerry}/conversations/group/${group}/messages/${id}/reactions/${encodeURIComponent(reaction)}`;
    for (let n = 1; n < 20; n++) expect(await call('PUT', path(`kind-${n}`))).toMatchObject({ status: 200 });
    expect(await call('PUT', path('kind-20'))).toMatchObject({ status: 409, body: { errorCode: 5008 } });
    expect(await call('DELETE', path('🎉'))).toMatchObject({ status: 200 });
    expect(await call('PUT', path('🎉'))).toMatchObject({ status: 200 });
  });
});

describe('a change', () => {
  it('is made between strangers and with visitors, and not in rooms', async () => {
    const [tom = '', butch = ''] = await users('tom', 'butch');
    const [toms, butchs, visitors] = await Promise.all([online(tom), online(butch), online({ passenger: {} })]);
    const visitor = await visitors.device.loggedIn();
    const byStranger = { to: { id: tom, type: 4 }, content: content('one') };
    const one = idOf(await butchs.device.say(byStranger));
    await butchs.send('edit', { ...byStranger, id: one, content: content('two') });
    expect(await toms.edited.at()).toMatchObject({ to: { id: butch, type: 4 }, id: one, content: content('two') });
    const two = idOf(await visitors.device.say({ to: { id: tom }, content: content('three') }));
    await visitors.send('recall', { to: { id: tom }, id: two });
    expect(await toms.recalled.at()).toMatchObject({ to: { id: visitor, type: 3 }, id: two });
    const three = idOf(await toms.device.say({ to: { id: visitor, type: 3 }, content: content('four') }));
    await toms.send('edit', { to: { id: visitor, type: 3 }, id: three, content: content('five') });
    expect(await visitors.edited.at()).toMatchObject({ to: { id: tom, type: 0 }, id: three });
    await visitors.send('react', { to: { id: tom }, id: three, reaction: '👍' });
    expect(await toms.reactions.at()).toMatchObject({ to: { id: visitor, type: 3 }, id: three, by: visitor });
    const room = await create('room', { members: [tom] });
    expect(await toms.send('recall', { to: { id: room, type: 2 }, id: one })).toMatchObject({ error: 5009 });
    expect(await butchs.send('react', { to: { id: room, type: 2 }, id: one, reaction: 'x' })).toMatchObject({
      error: 5003,
    });
  });

  it('is caught up with, also of messages before since, in all conversations', { tags: 'slow' }, async () => {
    const [tom = '', jerry = '', butch = ''] = await users('tom', 'jerry', 'butch');
    await befriend(system.origin, tom, jerry);
    const group = await create('group', { owner: tom, members: [jerry] });
    const [jerrys, butchs, visitors] = await Promise.all([online(jerry), online(butch), online({ passenger: {} })]);
    const visitor = await visitors.device.loggedIn();
    // Messages that are older than the overlap of a catch-up.
    const old = async (key: string, speaker: string) => {
      const id = `${String(Date.now() - 120_000).padStart(14, '0')}-${'0'.repeat(16)}-00000000`;
      const expires = Math.ceil(Date.now() / 1000) + 3600;
      const [pk, start] = [`${app.id}#${key}`, Date.now() - 1];
      await system.database.addMessages([
        { pk, sk: id, speaker, content: content('before'), expires },
        { pk, sk: 'head', last: id, start, count: start + 1, expires },
      ]);
      return id;
    };
    const friend = await old(`friend#${[tom, jerry].sort().join('#')}`, jerry);
    const member = await old(`group#${group}`, jerry);
    const stranger = await old(`stranger#${[tom, butch].sort().join('#')}`, butch);
    const visit = await old(`passenger#${visitor}#${tom}`, visitor);
    await jerrys.send('edit', { to: { id: tom }, id: friend, content: content('after') });
    await jerrys.send('react', { to: { id: tom }, id: friend, reaction: '👍' });
    await jerrys.send('recall', { to: { id: group, type: 1 }, id: member });
    await butchs.send('edit', { to: { id: tom, type: 4 }, id: stranger, content: content('after') });
    await visitors.send('edit', { to: { id: tom }, id: visit, content: content('after') });
    const now = `${String(Date.now()).padStart(14, '0')}-${'0'.repeat(16)}-00000000`;
    const toms = await back({ client: tom, since: now });
    expect(toms.synced).toMatchObject({ complete: true });
    expect(toms.device.messages.received).toEqual([]);
    expect(toms.edited.received).toMatchObject([
      { to: { id: jerry, type: 0 }, id: friend, content: content('after') },
      { to: { id: butch, type: 4 }, id: stranger },
      { to: { id: visitor, type: 3 }, id: visit },
    ]);
    expect(toms.reactions.received).toMatchObject([{ id: friend, reactions: { '👍': [jerry] } }]);
    expect(toms.recalled.received).toMatchObject([{ to: { id: group, type: 1 }, id: member, speaker: jerry }]);
    expect(String(toms.synced.upTo) > friend).toBe(true);
    const visitorBack = await back({ passenger: { id: visitor }, since: now });
    expect(visitorBack.edited.received).toMatchObject([{ to: { id: tom, type: 0 }, id: visit }]);
    const { body } = await rest(system.origin, 'GET', `/ctx/${tom}/sync?since=${now}`);
    expect(Object(body).events).toHaveLength(5);
    // Only messages make contacts.
    expect((await call('GET', `/ctx/${tom}/strangers`)).body).toEqual([]);
  });

  it('of a message after since is part of the message, which stays away when it was recalled', async () => {
    const { tom, jerry, toms, jerrys, id, to } = await friends();
    await disconnect(system.cloud, jerrys.device);
    const second = idOf(await toms.device.say(text(jerry, 'second')));
    const { ts } = await toms.send('edit', { to, id: second, content: content('edited') });
    const third = idOf(await toms.device.say(text(jerry, 'third')));
    await toms.send('recall', { to, id: third });
    await toms.send('react', { to, id, reaction: '👍' });
    const again = await back({ client: jerry, since: id });
    expect(again.device.messages.received).toMatchObject([{ id: second, content: content('edited'), edited: ts }]);
    expect(again.recalled.received).toMatchObject([{ id: third }]);
    // The client has this message.
    expect(again.reactions.received).toMatchObject([{ id, reactions: { '👍': [tom] } }]);
    expect(again.edited.received).toEqual([]);
  });

  it('of a blocked user is refused, as their signals are', async () => {
    const { tom, jerry, toms, jerrys, id, to } = await friends();
    await call('PUT', `/ctx/${jerry}/blocks/${tom}`);
    const acts = { edit: { content: content('x') }, recall: {}, react: { reaction: '👍' }, signal: { name: 'typing' } };
    for (const [event, input] of Object.entries(acts)) {
      expect(await toms.send(event, { to, id, ...input })).toMatchObject({ success: false, error: 5003 });
    }
    const path = `/ctx/${tom}/conversations/friend/${jerry}/messages/${id}`;
    for (const [method, rest, body] of [
      ['PUT', '', { content: content('x') }],
      ['DELETE', '', undefined],
      ['PUT', '/reactions/ok', undefined],
    ] as const) {
      expect(await call(method, path + rest, body)).toMatchObject({ status: 403, body: { errorCode: 5003 } });
    }
    const stored = [{ id, ts: expect.any(Number), speaker: tom, content: content('helo') }];
    expect(await historyOf(`/ctx/${jerry}/friends/${tom}/chats`)).toEqual(stored);
    // Who blocks may react.
    expect(await jerrys.send('react', { to: { id: tom }, id, reaction: 'ok' })).toMatchObject({ success: true });
    await system.cloud.settled();
    for (const { received } of [jerrys.edited, jerrys.recalled, jerrys.reactions, jerrys.signals])
      expect(received).toEqual([]);
  });

  it('of a blocked user has the usual answer and no effect with the setting silent', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const dropping = { 'X-ML-AppId': 'dropping' };
    const path = `/ctx/${tom}/friends/${jerry}`;
    await call('POST', path, undefined, dropping);
    const [toms, jerrys] = [
      await online({ client: tom, app: 'dropping' }),
      await online({ client: jerry, app: 'dropping' }),
    ];
    const to = { id: jerry, type: 0 };
    const kept = idOf(await toms.device.say(text(jerry, 'kept')));
    await call('PUT', `/ctx/${jerry}/blocks/${tom}`, undefined, dropping);
    const dropped = idOf(await toms.device.say(text(jerry, 'dropped')));
    for (const id of [kept, dropped]) {
      const done = { success: true, id, ts: expect.any(Number) };
      expect(await toms.send('edit', { to, id, content: content('x') })).toEqual(done);
      expect(await toms.send('react', { to, id, reaction: '👍' })).toEqual({ ...done, reactions: { '👍': [tom] } });
      expect(await toms.send('recall', { to, id })).toEqual(done);
    }
    expect(await toms.send('signal', { to, name: 'typing' })).toEqual({ success: true });
    const byRest = `/ctx/${tom}/conversations/friend/${jerry}/messages/${kept}`;
    expect(await call('DELETE', byRest, undefined, dropping)).toMatchObject({ status: 200, body: { id: kept } });
    await system.cloud.settled();
    for (const { received } of [jerrys.edited, jerrys.recalled, jerrys.reactions, jerrys.signals])
      expect(received).toEqual([]);
    expect((await call('GET', `${path}/chats`, undefined, dropping)).body).toEqual([
      { id: kept, ts: expect.any(Number), speaker: tom, content: content('kept') },
    ]);
  });

  it('of a muted member is refused, except a recall', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const group = await create('group', { owner: tom, members: [jerry] });
    const [toms, jerrys] = await Promise.all([online(tom), online(jerry)]);
    const to = { id: group, type: 1 };
    const say = async () => idOf(await jerrys.device.say({ to, content: content('x') }));
    const [id, other] = [await say(), await say()];
    await call('PUT', `/groups/${group}/mutes/${jerry}`, { until: Date.now() + 60_000 });
    const acts = { edit: { content: content('y') }, react: { reaction: '👍' }, signal: { name: 'typing' } };
    for (const [event, input] of Object.entries(acts)) {
      const error = { success: false, error: 5003, message: expect.stringContaining('is muted') };
      expect(await jerrys.send(event, { to, id, ...input })).toMatchObject(error);
    }
    const path = `/ctx/${jerry}/conversations/group/${group}/messages`;
    expect(await call('PUT', `${path}/${id}/reactions/ok`)).toMatchObject({ status: 403 });
    expect(await jerrys.send('recall', { to, id })).toMatchObject({ success: true });
    expect(await call('DELETE', `${path}/${other}`)).toMatchObject({ status: 200 });
    expect(await toms.recalled.count(2)).toMatchObject([{ id }, { id: other }]);
    expect([...toms.edited.received, ...toms.reactions.received, ...toms.signals.received]).toEqual([]);
  });

  it('does not disturb old clients', async () => {
    for (const version of CLIENT_VERSIONS) {
      const [tom, jerry] = [someone('tom'), someone('jerry')];
      await befriend(system.origin, tom, jerry);
      const [toms, jerrys] = await Promise.all([online(tom), Device.login(version, system.origin, jerry)]);
      const id = idOf(await toms.device.say(text(jerry, 'one', { mentions: [jerry] })));
      await toms.send('edit', { to: { id: jerry }, id, content: content('two') });
      await toms.send('signal', { to: { id: jerry }, name: 'typing' });
      await toms.device.say(text(jerry, 'three'));
      expect(await jerrys.messages.count(2)).toMatchObject([
        { content: content('one') },
        { content: content('three') },
      ]);
    }
  });

  it('takes a read of the audience and one of the message, and one transaction', async () => {
    const { jerry, toms, jerrys, id, to } = await friends();
    await toms.device.say(text(jerry, 'another'));
    const spent = await cost(system.cloud, async () => {
      await toms.send('edit', { to, id, content: content('x') });
      await jerrys.edited.at();
    });
    expect(spent.calls).toMatchObject({ 'dynamodb:BatchGetItem': 2, 'dynamodb:TransactWriteItems': 1 });
    expect(spent.writeUnits).toBeLessThanOrEqual(6);
  });

  it('is refused by REST for other users, and done for participants', async () => {
    const { tom, jerry, jerrys, id } = await friends();
    const path = (user: string, peer: string) => `/ctx/${user}/conversations/friend/${peer}/messages/${id}`;
    expect(await call('PUT', path(jerry, tom), { content: { body: 'x' } })).toMatchObject({ status: 403 });
    const edited = await call('PUT', path(tom, jerry), { content: { body: 'by REST' } });
    expect(edited).toMatchObject({ status: 200, body: { id, ts: expect.any(Number) } });
    expect(await jerrys.edited.at()).toMatchObject({ to: { id: tom, type: 0 }, id, content: content('by REST') });
    expect(await call('PUT', `${path(jerry, tom)}/reactions/ok`)).toMatchObject({ status: 200 });
    expect(await jerrys.reactions.at()).toMatchObject({ to: { id: tom, type: 0 }, reactions: { ok: [jerry] } });
    expect(await call('PUT', path(tom, someone()), { content: { body: 'x' } })).toMatchObject({ status: 403 });
  });

  it('is made in conversations of earlier versions, which have no head', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const id = `${String(Date.now() - 120_000).padStart(14, '0')}-${'0'.repeat(16)}-00000000`;
    const expires = Math.ceil(Date.now() / 1000) + 3600;
    const pk = `${app.id}#friend#${[tom, jerry].sort().join('#')}`;
    await system.database.addMessages([{ pk, sk: id, speaker: jerry, content: content('before'), expires }]);
    const path = `/ctx/${jerry}/conversations/friend/${tom}/messages/${id}`;
    expect(await call('PUT', path, { content: content('after') })).toMatchObject({ status: 200 });
    expect(await entryOf(tom, jerry)).toMatchObject({ last: { id, content: content('after') }, unread: 0 });
  });
});

describe('a signal', () => {
  it('reaches the connected devices of the receivers, and is not stored', async () => {
    const { tom, jerry, toms, tablet, jerrys, to } = await friends();
    expect(await toms.send('signal', { to, name: 'typing', data: { on: true } })).toEqual({ success: true });
    expect(await jerrys.signals.at()).toEqual({ from: { id: tom, type: 0 }, name: 'typing', data: { on: true } });
    expect(tablet.signals.received).toEqual([]);
    expect(await historyOf(`/ctx/${tom}/friends/${jerry}/chats`)).toHaveLength(1);
    const room = await create('room', { members: [tom, jerry] });
    await jerrys.send('signal', { to: { id: room, type: 2 }, name: 'wave' });
    expect(await tablet.signals.at()).toEqual({ from: { id: jerry, type: 2, gid: room }, name: 'wave' });
    const spent = await cost(system.cloud, () => toms.send('signal', { to, name: 'typing' }));
    expect(spent.writeUnits).toBe(0);
  });

  it('follows the rules of messages, and has a limit of its own', async () => {
    const { tom, toms, jerry, to } = await friends();
    expect(await toms.send('signal', { to: { id: someone() }, name: 'typing' })).toMatchObject({ error: 5003 });
    expect(await toms.send('signal', { to, name: 'x'.repeat(33) })).toMatchObject({ error: 5001 });
    expect(await toms.send('signal', { to, name: 'x', data: 'x'.repeat(1024) })).toMatchObject({ error: 5010 });
    const minute = Math.floor(Date.now() / 60_000);
    const counts = [minute, minute + 1].map((n) => `messages#${n}#${app.id}#user#${tom}#signals`);
    await system.database.addConnections(counts.map((pk) => ({ pk, messages: 130, expires: (minute + 3) * 60 })));
    const answers: Record<string, unknown>[] = [];
    // Each instance accepts some more.
    do answers.push(await toms.send('signal', { to, name: 'typing' }));
    while (answers.length < 100 && answers.at(-1)?.success === true);
    expect(answers.length).toBeGreaterThan(1);
    expect(answers.at(-1)).toMatchObject({ success: false, error: 5008 });
    expect(await toms.device.say(text(jerry, 'still'))).toMatchObject({ success: true });
  });
});

describe('a message', () => {
  it('can answer another, and mention receivers', async () => {
    const [tom = '', jerry = '', butch = '', spike = ''] = await users('tom', 'jerry', 'butch', 'spike');
    const group = await create('group', { owner: tom, members: [jerry, butch] });
    const [toms, jerrys] = await Promise.all([online(tom), online(jerry)]);
    const to = { id: group, type: 1 };
    const say = (more: object) => toms.device.say({ to, content: content('x'), ...more });
    const first = idOf(await say({}));
    const second = idOf(await say({ reply: first, mentions: [jerry, jerry, tom] }));
    expect(await jerrys.device.messages.at(1)).toMatchObject({ id: second, reply: first, mentions: [jerry] });
    expect(await historyOf(`/groups/${group}/chats?after=${first}`)).toMatchObject([
      { reply: first, mentions: [jerry] },
    ]);
    expect(await entryOf(jerry, group)).toMatchObject({ unread: 2, mentioned: true });
    expect(await entryOf(butch, group)).not.toHaveProperty('mentioned');
    await jerrys.send('read', { to, upTo: second });
    expect(await entryOf(jerry, group)).not.toHaveProperty('mentioned');
    const third = idOf(await say({ mentions: 'all' }));
    expect(await entryOf(butch, group)).toMatchObject({ unread: 3, mentioned: true });
    await jerrys.device.say({ to, content: content('y') });
    // The speaker mentions others.
    expect(await entryOf(tom, group)).toMatchObject({ unread: 1 });
    expect(await entryOf(tom, group)).not.toHaveProperty('mentioned');
    await toms.send('recall', { to, id: third });
    expect(await entryOf(butch, group)).toMatchObject({ unread: 3 });
    expect(await entryOf(butch, group)).not.toHaveProperty('mentioned');
    for (const mentions of [[spike], Array.from({ length: 51 }, () => jerry), 'some']) {
      expect(await say({ mentions })).toMatchObject({ error: 5001 });
    }
    expect(await say({ reply: 'x' })).toMatchObject({ error: 5001 });
  });

  it.each([
    [4, '{"poll":1}', true],
    [4, 'no JSON', false],
    [5, '{"lat":22.3,"lng":114.2,"name":"Hong Kong"}', true],
    [5, '{"lat":91,"lng":0}', false],
    [5, '{"lat":"1","lng":0}', false],
    [6, 'x', false],
  ])('with media %i has a valid body (%s)', async (media, body, valid) => {
    const { toms, jerrys, to } = await friends();
    const answer = await toms.device.say({ to, content: { media, body } });
    if (!valid) return expect(answer).toMatchObject({ error: 5001 });
    expect(await jerrys.device.messages.at(1)).toMatchObject({ id: idOf(answer), content: { media, body } });
  });
});
