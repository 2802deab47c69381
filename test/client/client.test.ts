import { describe, expect, it, onTestFinished } from 'vitest';
import { createAdmin, moderation } from '../../client/src/admin.ts';
import {
  type ClientOptions,
  createClient,
  ErrorCode,
  type Macaw,
  type Message,
  memoryStorage,
  type SystemMessage,
  thumbnailOf,
} from '../../client/src/index.ts';
import {
  accounts,
  admins,
  attributes,
  blocks,
  friends,
  groups,
  mutes,
  requests,
  rooms,
  search,
  sessions,
  users,
} from '../../client/src/resources.ts';
import { blackPng } from '../attachments/images.ts';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { eventually } from '../support/eventually.ts';
import { app, befriend, someone } from '../support/macaw.ts';

const STRICT = 'strict-client';
const SHORT = 'short-catch-up-client';
const ASK = 'asking-client';
const system = database(() => ({
  [STRICT]: { mode: 'strict', visitors: true },
  [SHORT]: { mode: 'open', catchUpMessages: 2 },
  [ASK]: { friendship: 'ask' },
}));

function client(options: Partial<ClientOptions> = {}): Macaw {
  const made = createClient({
    ...{ url: system.origin, app: app.id, clientKey: app.clientKey, storage: memoryStorage() },
    socket: { reconnectionDelay: 50, reconnectionDelayMax: 200 },
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

async function pair() {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  return { tom, jerry };
}

describe('a client', () => {
  it('pins, mutes, blocks, and answers requests', async () => {
    const { tom, jerry } = await pair();
    const spike = someone('spike');
    const toms = client();
    await toms.login({ userId: tom });
    await befriend(system.origin, tom, spike);
    const old = toms.conversation('friend', jerry);
    await old.send('old').sent();
    await toms.conversation('friend', spike).send('new').sent();
    const order = () => toms.getSnapshot().conversations.map(({ id }) => id);
    expect(order()).toEqual([spike, jerry]);
    await old.configure({ pinned: true, muted: true });
    expect(order()).toEqual([jerry, spike]);
    expect(old.getSnapshot()).toMatchObject({ pinned: true, muted: true });
    const pad = client();
    await pad.login({ userId: tom });
    await eventually(() => pad.conversation('friend', jerry).getSnapshot()).toMatchObject({
      pinned: true,
      muted: true,
    });
    await blocks(toms).add(spike);
    expect(await blocks(toms).list()).toMatchObject([{ id: spike }]);
    await blocks(toms).remove(spike);
    expect(await blocks(toms).list()).toEqual([]);

    const [cat, dog] = [client({ app: ASK }), client({ app: ASK })];
    const asker = await cat.login({ userId: someone('cat') });
    const asked = await dog.login({ userId: someone('dog') });
    const told = new Promise((resolve) => dog.on('request', resolve));
    expect(await friends(cat).add(asked)).toMatchObject({ pending: true });
    expect(await told).toMatchObject({ type: 0, from: asker });
    const [request] = await requests(dog).list();
    if (!request) throw new Error('One request was expected');
    await requests(dog).answer(request, true);
    await eventually(() => cat.getSnapshot().friends).toEqual([asked]);
  });

  it('logs in, sends, and receives; unread counts and receipts follow', async () => {
    const { tom, jerry } = await pair();
    const [toms, jerrys] = [client(), client()];
    expect(await toms.login({ userId: tom })).toBe(tom);
    await jerrys.login({ userId: jerry });
    const toJerry = toms.conversation('friend', jerry);
    const toTom = jerrys.conversation('friend', tom);

    const message = toJerry.send('hi');
    expect(message.current).toMatchObject({ status: 'sending', body: 'hi', mine: true });
    expect(toJerry.getSnapshot().messages).toHaveLength(1);
    const stored = await message.sent();
    expect(stored).toMatchObject({ status: 'sent', key: message.key });

    await eventually(() => toTom.getSnapshot().unread).toBe(1);
    expect(toTom.getSnapshot().messages).toMatchObject([{ id: stored.id, body: 'hi', from: tom, mine: false }]);
    toTom.markRead();
    expect(toTom.getSnapshot().unread).toBe(0);
    await eventually(() => toJerry.readersOf(stored)).toEqual([jerry]);
    const restarted = client();
    await restarted.login({ userId: tom });
    await eventually(() => restarted.conversation('friend', jerry).readersOf(stored)).toEqual([jerry]);
    expect(toms.getSnapshot().online).toEqual({ [jerry]: true });
    expect(await friends(toms).ids()).toEqual([jerry]);
    expect((await friends(toms).list())[0]).toMatchObject({ id: jerry, online: true });
    const group = await groups(toms).create({ members: [jerry], name: 'cats' });
    expect(await groups(jerrys).ids()).toEqual([group]);
  });

  it('edits, recalls and reacts, answers and mentions, also while others are offline', { tags: 'slow' }, async () => {
    const { tom, jerry } = await pair();
    const [toms, jerrys] = [client(), client()];
    await Promise.all([toms.login({ userId: tom }), jerrys.login({ userId: jerry })]);
    const group = await groups(toms).create({ members: [jerry], name: 'cats' });
    const [mine, theirs] = [toms.conversation('group', group), jerrys.conversation('group', group)];
    const changes: string[] = [];
    jerrys.on('change', ({ body }) => changes.push(body));
    const first = await mine.send('helo').sent();
    const second = await mine.send('look', { reply: String(first.id), mentions: [jerry] }).sent();
    await eventually(() => theirs.getSnapshot()).toMatchObject({ unread: 2, mentioned: true });
    expect(theirs.getSnapshot().messages[1]).toMatchObject({ reply: first.id, mentions: [jerry] });

    await mine.edit(first, 'hello');
    expect(mine.getSnapshot().messages[0]).toMatchObject({ body: 'hello', edited: expect.any(Number) });
    await eventually(() => changes).toEqual(['hello']);
    await Promise.all([mine.react(first, '👍'), theirs.react(first, '👍')]);
    for (const conversation of [mine, theirs]) {
      const both = { '👍': expect.arrayContaining([tom, jerry]) };
      await eventually(() => conversation.getSnapshot().messages[0]?.reactions).toEqual(both);
    }
    await theirs.react(first, '👍', true);
    await eventually(() => mine.getSnapshot().messages[0]?.reactions).toEqual({ '👍': [tom] });
    await expect(theirs.recall(first)).rejects.toMatchObject({ code: ErrorCode.notAuthorised });

    jerrys.pause();
    await mine.recall(second);
    expect(mine.getSnapshot().last).toMatchObject({ id: second.id, body: '', recalled: expect.any(Number) });
    const last = await mine.send('after').sent();
    jerrys.resume();
    await eventually(() => theirs.getSnapshot().last?.id).toBe(last.id);
    await eventually(() => theirs.getSnapshot().messages[1]?.recalled).toEqual(expect.any(Number));
    await eventually(() => theirs.getSnapshot().unread).toBe(2);
    await theirs.send('read it').sent();
    theirs.markRead();
    expect(theirs.getSnapshot()).not.toHaveProperty('mentioned');
  });

  it('shows who is writing, until they send or stop, and passes other signals on', async () => {
    const { tom, jerry } = await pair();
    const [toms, jerrys] = [client(), client()];
    await Promise.all([toms.login({ userId: tom }), jerrys.login({ userId: jerry })]);
    const signals: unknown[] = [];
    jerrys.on('signal', (signal) => signals.push(signal));
    const [mine, theirs] = [toms.conversation('friend', jerry), jerrys.conversation('friend', tom)];
    mine.typing();
    mine.typing();
    await eventually(() => theirs.getSnapshot().typing).toEqual([tom]);
    await mine.sendLocation({ lat: 1, lng: 2 }).sent();
    await eventually(() => theirs.getSnapshot().typing).toEqual([]);
    expect(theirs.getSnapshot().last).toMatchObject({ media: 'location', body: '{"lat":1,"lng":2}' });
    mine.signal('wave', { hard: true });
    const from = { kind: 'friend', id: tom, from: tom };
    await eventually(() => signals).toEqual([
      { ...from, name: 'typing' },
      { ...from, name: 'wave', data: { hard: true } },
    ]);
  });

  it('catches up after a pause', { tags: 'slow' }, async () => {
    const { tom, jerry } = await pair();
    const device = await Device.login('4.8.4', system.origin, jerry);
    const toms = client();
    await toms.login({ userId: tom });
    const jerrys = toms.conversation('friend', jerry);
    const events: string[] = [];
    toms.on('message', ({ body }) => events.push(body));
    // The client has no message yet from which to catch up.
    await eventually(() => toms.getSnapshot().friends).toEqual([jerry]);
    toms.pause();
    await device.say(text(tom, 'one'));
    toms.resume();
    await eventually(() => events).toEqual(['one']);
    toms.pause();
    expect(toms.getSnapshot().status).toBe('offline');
    await device.say(text(tom, 'two'));
    const mine = jerrys.send('three');
    toms.resume();
    await mine.sent();
    await eventually(() => jerrys.getSnapshot().messages.map(({ body }) => body)).toEqual(['one', 'two', 'three']);
    expect(jerrys.getSnapshot().unread).toBe(2);
  });

  it('reads the histories of conversations that a catch-up leaves out', { tags: 'slow' }, async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const [toms, jerrys] = [client({ app: SHORT }), client({ app: SHORT })];
    await toms.login({ userId: tom });
    await jerrys.login({ userId: jerry });
    await friends(toms).add(jerry);
    const events: string[] = [];
    toms.on('message', ({ body }) => events.push(body));
    const say = (body: string) => jerrys.conversation('friend', tom).send(body).sent();
    await say('one');
    const conversation = toms.conversation('friend', jerry);
    await eventually(() => events).toEqual(['one']);
    toms.pause();
    for (const body of ['two', 'three', 'four', 'five']) await say(body);
    toms.resume();
    await eventually(() => [...events].sort()).toEqual(['five', 'four', 'one', 'three', 'two']);
    const bodies = conversation.getSnapshot().messages.map(({ body }) => body);
    expect(bodies).toEqual(['one', 'two', 'three', 'four', 'five']);
    await eventually(() => conversation.getSnapshot().unread).toBe(5);
  });

  it('loads earlier messages until the first one', async () => {
    const { tom, jerry } = await pair();
    const device = await Device.login('4.8.4', system.origin, jerry);
    for (const body of ['1', '2', '3', '4', '5']) await device.say(text(tom, body));
    const toms = client();
    await toms.login({ userId: tom });
    const conversation = toms.conversation('friend', jerry);
    await eventually(() => conversation.getSnapshot().unread).toBe(5);
    expect(await conversation.loadEarlier({ limit: 2 })).toBe(true);
    expect(conversation.getSnapshot()).toMatchObject({ messages: [{ body: '4' }, { body: '5' }], complete: false });
    const pages: string[][] = [];
    for await (const page of conversation.history({ limit: 2 })) pages.push(page.map(({ body }) => body));
    expect(pages).toEqual([['4', '5'], ['2', '3'], ['1']]);
    expect(conversation.getSnapshot()).toMatchObject({ complete: true, unread: 5 });
    expect(conversation.getSnapshot().messages).toHaveLength(5);
    expect(await conversation.loadEarlier()).toBe(false);
  });

  it('uploads a file and sends its URL, with progress and a thumbnail', { tags: 'slow' }, async () => {
    const { tom, jerry } = await pair();
    const [toms, jerrys] = [client(), client()];
    await toms.login({ userId: tom });
    await jerrys.login({ userId: jerry });
    const received: Message[] = [];
    jerrys.on('message', (message) => received.push(message));
    const parts: number[] = [];
    const conversation = toms.conversation('friend', jerry);
    const image = conversation.sendFile(new File([new Uint8Array(blackPng(8, 8))], 'cat.png', { type: 'image/png' }), {
      onProgress: (part) => parts.push(part),
    });
    const after = conversation.send('look');
    await after.sent();
    expect(image.current).toMatchObject({ media: 'image', status: 'sent' });
    expect(parts.at(-1)).toBe(1);
    await eventually(() => received.length).toBe(2);
    expect(jerrys.conversation('friend', tom).getSnapshot().messages).toMatchObject([
      { media: 'image', body: image.current.body },
      { body: 'look' },
    ]);
    expect((await fetch(image.current.body)).headers.get('content-type')).toBe('image/png');
    const thumbnail = thumbnailOf(image.current.body) ?? '';
    await eventually(async () => (await fetch(thumbnail)).status).toBe(200);
    const file = await conversation.sendFile(new File(['# cats'], 'cats.md', { type: 'text/markdown' })).sent();
    expect(file).toMatchObject({ media: 'text', remark: 'cats.md' });
    expect(await (await fetch(file.body)).text()).toBe('# cats');
  });

  it('shows why a message failed, and sends it again', async () => {
    const [tom, spike] = [someone('tom'), someone('spike')];
    const toms = client();
    await toms.login({ userId: tom });
    const conversation = toms.conversation('friend', spike);
    const outgoing = conversation.send('hi');
    await expect(outgoing.sent()).rejects.toMatchObject({ code: ErrorCode.notAuthorised });
    expect(conversation.getSnapshot().messages).toMatchObject([{ status: 'failed', error: { code: 5003 } }]);
    await friends(toms).add(spike);
    outgoing.retry();
    expect(outgoing.current.status).toBe('sending');
    expect(await outgoing.sent()).toMatchObject({ status: 'sent' });
    const other = toms.conversation('friend', someone('nobody')).send('hi');
    await expect(other.sent()).rejects.toThrow();
    other.discard();
    expect(toms.getSnapshot().conversations.map(({ id }) => id)).toEqual([spike]);
  });

  it('follows groups, rooms, system messages, and attributes', async () => {
    const { tom, jerry } = await pair();
    const [toms, jerrys] = [client(), client()];
    await toms.login({ userId: tom });
    await jerrys.login({ userId: jerry });
    const joined: string[] = [];
    jerrys.on('joined', ({ id }) => joined.push(id));
    const group = await groups(toms).create({ members: [jerry], name: 'cats' });
    const room = await rooms(toms).create({ members: [tom, jerry] });
    await eventually(() => joined.length).toBe(2);
    await toms.conversation('group', group).send('hello group', { receipt: true }).sent();
    await toms.conversation('room', room).send('hello room').sent();
    await eventually(() => jerrys.getSnapshot().conversations.length).toBe(2);
    expect(jerrys.conversation('group', group).getSnapshot().last).toMatchObject({ body: 'hello group', from: tom });
    jerrys.conversation('group', group).markRead();
    await eventually(() => toms.conversation('group', group).getSnapshot().receipts).toHaveProperty(jerry);
    const restarted = client();
    await restarted.login({ userId: tom });
    const again = restarted.conversation('group', group);
    await again.loadEarlier();
    const [first] = again.getSnapshot().messages;
    await eventually(() => first && again.readersOf(first)).toEqual([jerry]);
    const second = await again.send('read while away').sent();
    await eventually(() => jerrys.conversation('group', group).getSnapshot().last?.id).toBe(second.id);
    restarted.pause();
    jerrys.conversation('group', group).markRead();
    await eventually(async () => (await groups(jerrys).reads(group)).map(({ upTo }) => upTo)).toEqual([second.id]);
    restarted.resume();
    await eventually(() => again.readersOf(second)).toEqual([jerry]);

    const admin = createAdmin({ url: system.origin, app: app.id, masterKey: app.masterKey });
    const notices: SystemMessage[] = [];
    jerrys.on('system', (notice) => notices.push(notice));
    await admin.broadcast({ content: { body: 'maintenance' } }, { user: jerry });
    await eventually(() => notices).toMatchObject([{ body: 'maintenance', media: 'text' }]);

    const city = someone('city');
    await attributes(toms, 'user', tom).merge({ city });
    expect(await attributes(toms, 'user', tom).get('city')).toBe(city);
    expect(await search(toms).users({ city })).toMatchObject([{ id: tom, online: true }]);
  });
});

describe('a client that the server disconnects', () => {
  it('learns why, and stays away until it logs in again', { tags: 'slow' }, async () => {
    const { tom } = await pair();
    const toms = client();
    const kicked = new Promise((resolve) => toms.on('kicked', resolve));
    await toms.login({ userId: tom });
    const admin = createAdmin({ url: system.origin, app: app.id, masterKey: app.masterKey });
    await users(admin, tom).disconnect();
    expect(await kicked).toEqual({ reason: 'removed' });
    expect(toms.getSnapshot()).toMatchObject({ status: 'refused', error: { code: ErrorCode.notAuthorised } });
    expect(await toms.connect()).toBe(tom);

    const moderator = moderation(admin);
    await moderator.ban(tom, { reason: 'Advertising' });
    await eventually(() => toms.getSnapshot()).toMatchObject({ status: 'refused', error: { message: 'Advertising' } });
    await expect(toms.connect()).rejects.toThrow(`${tom} is banned: Advertising`);
    expect(await moderator.getBan(tom)).toMatchObject({ banned: true });
    await moderator.unban(tom);
    expect(await toms.connect()).toBe(tom);
    await users(admin, tom).remove();
    await eventually(() => moderator.getDeletion(tom)).toMatchObject({ state: 'done', messages: 'anonymise' });
  });

  it('is an admin of a group, and mutes a member', async () => {
    const { tom, jerry } = await pair();
    const [toms, jerrys] = [client(), client()];
    await Promise.all([toms.login({ userId: tom }), jerrys.login({ userId: jerry })]);
    const group = await groups(toms).create({ members: [jerry] });
    await admins(toms, group).add(jerry);
    expect(await groups(jerrys).get(group)).toMatchObject({ admins: [jerry] });
    const until = Date.now() + 60_000;
    await mutes(jerrys, 'group', group).add(tom, until);
    expect(await mutes(jerrys, 'group', group).list()).toEqual([{ id: tom, until }]);
    await expect(toms.conversation('group', group).send('hi').sent()).rejects.toThrow('is muted');
    await mutes(jerrys, 'group', group).remove(tom);
    await admins(toms, group).remove(jerry);
    expect(await admins(toms, group).list()).toEqual([]);
  });
});

describe('in strict mode, a client', () => {
  const strict = (options: Partial<ClientOptions> = {}) => client({ app: STRICT, ...options });
  const admin = () => createAdmin({ url: system.origin, app: STRICT, masterKey: app.masterKey });

  it('logs in with tokens of a server, and gets a new one when the session ended', { tags: 'slow' }, async () => {
    const tom = someone('tom');
    const tokens: string[] = [];
    const token = async () => {
      const made = await admin().createToken(tom, { expiresIn: 3600 });
      tokens.push(made.token);
      return made.token;
    };
    const macaw = createClient({ url: system.origin, app: STRICT, token, storage: memoryStorage() });
    onTestFinished(() => macaw.close());
    expect(await macaw.connect()).toBe(tom);
    expect(await friends(macaw).ids()).toEqual([]);
    await sessions(admin(), tom).endAll();
    await eventually(() => tokens.length).toBe(2);
    await eventually(() => macaw.getSnapshot().status).toBe('online');
    await macaw.logout();
    expect(macaw.getSnapshot()).toMatchObject({ status: 'closed', conversations: [] });
    await expect(friends(macaw, tom).ids()).rejects.toMatchObject({ code: ErrorCode.notLoggedIn });
  });

  it('logs in to an account, and is refused with a wrong password', async () => {
    const macaw = strict();
    const [username, password] = [someone('tom'), 'correct horse battery staple'];
    const { objectId } = await accounts(macaw).register({ username, password });
    expect(await macaw.login({ username, password })).toBe(objectId);
    expect(macaw.sessionToken).toBeDefined();
    const wrong = macaw.login({ username, password: 'wrong password' });
    await expect(wrong).rejects.toMatchObject({ code: ErrorCode.notAuthorised });
    expect(macaw.getSnapshot().status).toBe('refused');
  });

  it('is a visitor who returns with their token', async () => {
    const { token } = await admin().createToken(someone('support'));
    const support = strict({ token });
    const supporter = await support.connect();
    const guest = strict();
    const visitor = await guest.login({ visitor: { attributes: { nickname: 'guest' } } });
    await guest.conversation('friend', supporter).send('help').sent();
    const conversation = support.conversation('visitor', visitor);
    await eventually(() => conversation.getSnapshot().unread).toBe(1);
    await conversation.send('hello').sent();
    const { sessionToken = '' } = guest;
    guest.close();
    expect(await guest.login({ visitor: { token: sessionToken } })).toBe(visitor);
    const again = guest.conversation('friend', supporter);
    await again.loadEarlier();
    expect(again.getSnapshot().messages.map(({ body, mine }) => [body, mine])).toEqual([
      ['help', true],
      ['hello', false],
    ]);
  });
});
