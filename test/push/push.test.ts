import { beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS, emitWithAck } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, befriend, macaw, credentials as signed, someone } from '../support/macaw.ts';
import { BUNDLE, opened, type Phone, telephones } from '../support/phone.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw({ retryDelayMs: () => 1 });
const { ask, credentials, install, login, offline, pushesTo } = telephones(system);
const { call, create } = testApi(system);

beforeAll(() => credentials());

/** Two friends: one online, and one offline with a phone. */
async function friends() {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const phone = await offline(jerry);
  const device = await Device.login('4.8.4', system.origin, tom);
  return { tom, jerry, phone, device };
}

const recall = async (device: Device, message: object) =>
  (await emitWithAck(device.client, 'recall', [message], 10_000))[0];

const next = ({ token }: { token: string }) => system.cloud.outbox.nextPush(token);

describe('a push', () => {
  it.each(CLIENT_VERSIONS)('comes when a stock client %s has closed, and carries the message', async (version) => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const phone = await install();
    const jerrys = await Device.login(version, system.origin, { client: jerry, install: phone.install });
    const toms = await Device.login(version, system.origin, tom);
    toms.client.emit('say', text(jerry, 'seen'));
    const seen = Object(await jerrys.messages.at());
    await disconnect(system.cloud, jerrys);
    toms.client.emit('say', text(jerry, 'unseen', { remark: 'r', ack: 7 }));
    const push = await next(phone);
    const { aps, parrot } = opened(push);
    expect(aps).toEqual({ alert: 'unseen', badge: 1 });
    expect(parrot).toEqual({
      ...seen,
      id: expect.any(String),
      ts: expect.any(Number),
      content: { media: 0, body: 'unseen' },
      remark: 'r',
    });
    expect(push.attributes).toEqual({
      'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'alert',
      'AWS.SNS.MOBILE.APNS.PRIORITY': '10',
      'AWS.SNS.MOBILE.APNS.TTL': '604800',
      'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': parrot.id,
      'AWS.SNS.MOBILE.APNS.TOPIC': BUNDLE,
    });
    expect(await pushesTo(phone)).toHaveLength(1);
  });

  it('of a recalled message replaces the one of the message, on phones that got it', async () => {
    const { tom, jerry, phone, device } = await friends();
    const answer = Object(await device.say(text(jerry, 'a secret')));
    await next(phone);
    await device.say(text(jerry, 'hello'));
    await system.cloud.settled();
    const seeing = await login(jerry, phone);
    const seen = Object(await device.say(text(jerry, 'seen')));
    await seeing.messages.at();
    await disconnect(system.cloud, seeing);
    for (const { id } of [answer, seen]) {
      expect(await recall(device, { to: { id: jerry }, id })).toMatchObject({ success: true });
    }
    const pushes = await pushesTo(phone);
    expect(pushes).toHaveLength(3);
    const [first, , last] = pushes;
    if (!first || !last) throw new Error('A push is missing');
    expect(last.attributes['AWS.SNS.MOBILE.APNS.COLLAPSE_ID']).toBe(answer.id);
    expect(last.attributes).toEqual(first.attributes);
    const { aps, parrot } = opened(last);
    expect(aps).toEqual({ alert: '[Recalled]', badge: 1 });
    expect(parrot).toMatchObject({ id: answer.id, from: { id: tom, type: 0 }, content: { body: '' } });
    expect(parrot.recalled).toEqual(expect.any(Number));
    // Once, also when it is recalled again.
    await recall(device, { to: { id: jerry }, id: answer.id });
    expect(await pushesTo(phone)).toHaveLength(3);
  });

  it('of a message in a group that the master key recalls is replaced for all members', async () => {
    const [tom, jerry, butch] = [someone('tom'), someone('jerry'), someone('butch')];
    const phones = [await offline(jerry), await offline(butch)];
    const device = await Device.login('4.8.4', system.origin, tom);
    const group = await create('group', { owner: tom, members: [jerry, butch] });
    const { id } = Object(await device.say({ to: { id: group, type: 1 }, content: { body: 'to all' } }));
    await Promise.all(phones.map(next));
    await ask('DELETE', `/ctx/${tom}/conversations/group/${group}/messages/${id}`);
    for (const phone of phones) {
      expect((await pushesTo(phone)).map((push) => opened(push).aps.alert)).toEqual(['to all', '[Recalled]']);
    }
  });

  it.each([
    ['text', { content: { media: 0, body: 'hello' } }, { alert: 'hello' }],
    ['an image', { content: { media: 1, body: 'https://x/y.png' } }, { alert: '[Image]' }],
    ['audio', { content: { media: 2, body: 'https://x/y.mp3' } }, { alert: '[Audio]' }],
    ['a video', { content: { media: 3, body: 'https://x/y.mp4' } }, { alert: '[Video]' }],
    ['custom content', { content: { media: 4, body: '{}' } }, { alert: '[Message]' }],
    ['a location', { content: { media: 5, body: '{"lat":1,"lng":2}' } }, { alert: '[Location]' }],
    ['prefix and suffix', { push: { prefix: 'Tom: ', suffix: '!' } }, { alert: 'Tom: hello!' }],
    ['overwrite', { push: { prefix: '<', overwrite: 'something', suffix: '>' } }, { alert: '<something>' }],
    ['an empty overwrite', { push: { overwrite: '' } }, { alert: 'hello' }],
    ['a sound', { push: { sound: 'bell.caf' } }, { alert: 'hello', sound: 'bell.caf' }],
    ['a badge', { push: { badge: 42 } }, { alert: 'hello', badge: 42 }],
    ['content-available', { push: { contentAvailable: true } }, { alert: 'hello', 'content-available': 1 }],
    ['nulls', { push: { enable: null, sound: null, badge: null, prefix: null } }, { alert: 'hello' }],
  ])('words %s as asked', async (_, more, aps) => {
    const { jerry, phone, device } = await friends();
    await device.say(text(jerry, 'hello', more));
    expect(opened(await next(phone)).aps).toEqual({ badge: 1, ...aps });
  });

  it('that shows nothing is sent as a background push', async () => {
    const { jerry, phone, device } = await friends();
    await device.say(text(jerry, '', { push: { contentAvailable: true } }));
    const push = await next(phone);
    expect(opened(push).aps).toEqual({ 'content-available': 1 });
    expect(push.attributes).toMatchObject({
      'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'background',
      'AWS.SNS.MOBILE.APNS.PRIORITY': '5',
    });
  });

  it('stays within 4096 bytes, whatever the message', async () => {
    const { tom, jerry, phone, device } = await friends();
    const body = '𝄞"\n'.repeat(2000);
    await device.say(text(jerry, body, { push: { prefix: 'Tom: ', suffix: ' (long)' } }));
    const push = await next(phone);
    expect(push.bytes).toBeLessThanOrEqual(4096);
    expect(push.bytes).toBeGreaterThan(4000);
    const { aps, parrot } = opened(push);
    expect(aps.alert).toMatch(/^Tom: 𝄞"\n.*… \(long\)$/s);
    expect(parrot).toMatchObject({ from: { id: tom, type: 0 }, truncated: true });
    expect(body.startsWith(parrot.content.body.slice(0, -1))).toBe(true);
  });
});

describe('who gets one', () => {
  it('who logged in with credentials in the CONNECT payload, and their telephone among them', async () => {
    const { tom, device } = await friends();
    const spike = someone('spike');
    await befriend(system.origin, tom, spike);
    const phone = await install();
    const auth = signed({ client: spike, install: phone.install });
    const spikes = new Device('4.8.4', system.origin, { options: { auth } });
    await spikes.loggedIn();
    await disconnect(system.cloud, spikes);
    await device.say(text(spike, 'hello'));
    expect(opened(await next(phone)).aps.alert).toBe('hello');
  });

  it('strangers and visitors have theirs pushed, too', async () => {
    const { jerry, phone, device } = await friends();
    const [butch] = [someone('butch')];
    const stranger = await Device.login('4.8.4', system.origin, butch);
    await stranger.say({ to: { id: jerry, type: 4 }, content: { media: 0, body: 'strange' } });
    expect(opened(await next(phone))).toMatchObject({
      aps: { alert: 'strange' },
      parrot: { from: { id: butch, type: 4 } },
    });
    const visitor = await Device.login('4.8.4', system.origin, { passenger: { name: 'Tyke' } });
    await visitor.say({ to: { id: jerry }, content: { media: 0, body: 'a visit' } });
    expect(opened(await next(phone))).toMatchObject({
      aps: { alert: 'a visit', badge: 2 },
      parrot: { from: { type: 3 } },
    });
    device.close();
  });

  it('a second device that is online prevents it; one that is cut off without goodbye does not', async () => {
    const { jerry, phone, device } = await friends();
    const before = new Set(system.cloud.connections());
    const second = new Device('4.8.4', system.origin, {
      query: { auth: JSON.stringify(signed({ client: jerry })) },
      options: { reconnection: false },
    });
    await second.loggedIn();
    await device.say(text(jerry, 'one'));
    await second.messages.at();
    expect(await pushesTo(phone)).toEqual([]);
    // The registered connections are already closed, so every post gets 410.
    for (const id of system.cloud.connections()) if (!before.has(id)) system.cloud.drop(id);
    await device.say(text(jerry, 'two'));
    expect(opened(await next(phone)).aps.alert).toBe('two');
    await system.cloud.settled();
    // Nothing shows that the second device got the first message, so that is pushed, too.
    const alerts = (await pushesTo(phone)).map((push) => opened(push).aps.alert);
    expect(alerts.toSorted()).toEqual(['one', 'two']);
  });

  it('what is said while the last connection closes is taken by that or pushed, each message once', {
    tags: 'slow',
  }, async () => {
    const { jerry, phone, device } = await friends();
    const before = new Set(system.cloud.connections());
    const second = await Device.login('1.4.8', system.origin, jerry);
    const closing = system.cloud.connections().find((id) => !before.has(id));
    await system.cloud.settled();
    const mark = system.cloud.calls.mark();
    const bodies = Array.from({ length: 30 }, (_, n) => `message ${n}`);
    const early = bodies.slice(0, 10).map((body) => device.say(text(jerry, body)));
    await second.messages.at();
    second.close();
    const late = bodies.slice(10).map((body) => device.say(text(jerry, body)));
    await Promise.all([...early, ...late]);
    const pushed = (await pushesTo(phone)).map((push) => opened(push).parrot.content.body);
    const taken = system.cloud.calls
      .since(mark)
      .filter((entry) => entry.service === 'execute-api' && entry.resource === closing && entry.status === 200);
    const delivered = second.messages.received.map((message) => Object(message).content.body);
    expect(pushed.filter((body) => delivered.includes(body))).toEqual([]);
    expect(new Set(pushed).size).toBe(bodies.length - taken.length);
    expect(pushed).toHaveLength(bodies.length - taken.length);
    expect(pushed.length).toBeGreaterThan(0);
  });

  it('nobody after logging out, with enable: false, in a room, or for their own messages', async () => {
    const { tom, jerry, phone, device } = await friends();
    await device.say(text(jerry, 'no push', { push: { enable: false } }));
    const room = await create('room', { members: [tom, jerry] });
    await device.say({ to: { id: room, type: 2 }, content: { media: 0, body: 'in a room' } });
    expect(await pushesTo(phone)).toEqual([]);

    expect((await call('GET', `/ctx/${jerry}`)).body).toMatchObject({ installs: [phone.install], sessions: 0 });
    expect((await call('DELETE', `/ctx/${jerry}/installs/${phone.install}`)).status).toBe(204);
    expect((await call('DELETE', `/ctx/${jerry}/installs/${phone.install}`)).status).toBe(204);
    expect((await call('GET', `/ctx/${jerry}`)).body).toMatchObject({ installs: [] });
    await device.say(text(jerry, 'logged out'));
    expect(await pushesTo(phone)).toEqual([]);

    const toms = await offline(tom);
    await device.say(text(jerry, 'to myself, nothing'));
    expect(await pushesTo(toms)).toEqual([]);
  });

  it('a user with several telephones gets it on each, with a badge of its own', async () => {
    const { jerry, phone, device } = await friends();
    await device.say(text(jerry, 'one'));
    await next(phone);
    const tablet = await offline(jerry);
    await device.say(text(jerry, 'two'));
    expect(opened(await next(phone)).aps.badge).toBe(2);
    expect(opened(await next(tablet)).aps.badge).toBe(1);
  });

  it('a telephone on which another user logs in gets the messages of that user only', async () => {
    const { jerry, phone, device, tom } = await friends();
    const butch = someone('butch');
    await befriend(system.origin, tom, butch);
    await disconnect(system.cloud, await login(butch, phone));
    await device.say(text(jerry, 'for jerry'));
    await device.say(text(butch, 'for butch'));
    expect(opened(await next(phone)).aps).toEqual({ alert: 'for butch', badge: 1 });
    expect(await pushesTo(phone)).toHaveLength(1);
    expect((await call('GET', `/ctx/${jerry}`)).body).toMatchObject({ installs: [] });
  });
});

describe('system messages', () => {
  it('are pushed to a user and to the members of a group who are offline, not to a room or to everybody', async () => {
    const { tom, jerry, phone } = await friends();
    const group = await create('group', { owner: tom, members: [jerry] });
    const room = await create('room', { members: [tom, jerry] });
    const system_ = (path: string, body: string) =>
      ask('POST', path, { content: { media: 0, body }, push: { prefix: 'News: ', sound: 'default' } });
    expect((await system_(`/system/${jerry}`, 'for you')).status).toBe(202);
    const { aps, parrot } = opened(await next(phone));
    expect(aps).toEqual({ alert: 'News: for you', sound: 'default', badge: 1 });
    expect(parrot).toEqual({ id: expect.any(String), ts: expect.any(Number), content: { media: 0, body: 'for you' } });
    await system_(`/system/${group}?group`, 'for all of you');
    expect(opened(await next(phone)).aps.alert).toBe('News: for all of you');
    await system_(`/system/${room}?room`, 'for the room');
    await system_('/system', 'for everybody');
    expect(await pushesTo(phone)).toHaveLength(2);
  });
});

describe('the settings of a user', () => {
  const settings = (user: string, body: unknown) => call('PUT', `/ctx/${user}/push-settings`, body);
  const mute = (user: string, type: string, peer: string, muted = true) =>
    call('PUT', `/ctx/${user}/conversations/${type}/${peer}/settings`, { muted });

  it('keep messages of a muted conversation from being pushed, but not from counting in the badge', async () => {
    const { tom, jerry, phone, device } = await friends();
    await mute(jerry, 'friend', tom);
    await device.say(text(jerry, 'unheard'));
    expect(await pushesTo(phone)).toEqual([]);
    await mute(jerry, 'friend', tom, false);
    await device.say(text(jerry, 'heard'));
    expect((await pushesTo(phone)).map((push) => opened(push).aps)).toEqual([{ alert: 'heard', badge: 2 }]);
  });

  it('mute a group, except for those whom a message mentions', async () => {
    const [tom, jerry, butch] = [someone('tom'), someone('jerry'), someone('butch')];
    const [jerrys, butchs] = [await offline(jerry), await offline(butch)];
    const device = await Device.login('4.8.4', system.origin, tom);
    const group = await create('group', { owner: tom, members: [jerry, butch] });
    for (const user of [jerry, butch]) await mute(user, 'group', group);
    await device.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'unheard' } });
    for (const phone of [jerrys, butchs]) expect(await pushesTo(phone)).toEqual([]);
    const job = (id: string, mentions: string[] | 'all') => ({
      app: app.id,
      event: { from: { id: tom, type: 1, gid: group }, id, content: { media: 0, body: id }, ts: 1 },
      mentions,
      targets: [
        { user: jerry, install: jerrys.install, settings: true },
        { user: butch, install: butchs.install, settings: true },
      ],
    });
    await system.cloud.invoke('PushFunction', job('one', [jerry]));
    await system.cloud.invoke('PushFunction', job('two', 'all'));
    const alerts = async (phone: Phone) => (await pushesTo(phone)).map((push) => opened(push).aps.alert);
    expect(await alerts(jerrys)).toEqual(['one', 'two']);
    expect(await alerts(butchs)).toEqual(['two']);
  });

  it('leave a recalled message without a push where the message had none', async () => {
    const { tom, jerry, phone, device } = await friends();
    const say = async (body: string) => Object(await device.say(text(jerry, body))).id;
    const heard = await say('heard');
    await system.cloud.settled();
    await mute(jerry, 'friend', tom);
    const unheard = await say('unheard');
    await system.cloud.settled();
    await recall(device, { to: { id: jerry }, id: heard });
    await system.cloud.settled();
    await mute(jerry, 'friend', tom, false);
    await settings(jerry, { preview: false });
    const hidden = await say('hidden');
    await system.cloud.settled();
    for (const id of [unheard, hidden]) await recall(device, { to: { id: jerry }, id });
    // The replacement of the first comes in spite of the mute. Each takes its message out of the badge.
    expect((await pushesTo(phone)).map((push) => opened(push).aps)).toEqual([
      { alert: 'heard', badge: 1 },
      { alert: '[Recalled]', badge: 1 },
      { alert: 'New message', badge: 2 },
      { alert: '[Recalled]', badge: 0 },
    ]);
  });

  it('keep the phone quiet in the hours that the user chose, in their time zone', async () => {
    const { jerry, phone, device } = await friends();
    const hour = (zone: string, after: number) =>
      new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
        Date.now() + after * 3_600_000,
      );
    for (const zone of ['Asia/Shanghai', 'America/Los_Angeles']) {
      await settings(jerry, { quiet: { from: hour(zone, -1), to: hour(zone, 1), zone } });
      await device.say(text(jerry, 'unheard'));
      await system.cloud.settled();
      await settings(jerry, { quiet: { from: hour(zone, 1), to: hour(zone, -1), zone } });
      await device.say(text(jerry, 'heard'));
      await system.cloud.settled();
    }
    await settings(jerry, { quiet: null });
    await device.say(text(jerry, 'heard'));
    expect((await pushesTo(phone)).map((push) => opened(push).aps)).toEqual([
      { alert: 'heard', badge: 2 },
      { alert: 'heard', badge: 4 },
      { alert: 'heard', badge: 5 },
    ]);
  });

  it('hide what a message says', async () => {
    const { jerry, phone, device } = await friends();
    expect(await settings(jerry, { preview: false })).toMatchObject({ status: 204 });
    expect((await call('GET', `/ctx/${jerry}/push-settings`)).body).toEqual({ preview: false });
    await device.say(text(jerry, 'secret', { remark: 'secret', push: { prefix: 'secret', overwrite: 'secret' } }));
    const push = await next(phone);
    expect(opened(push)).toMatchObject({
      aps: { alert: 'New message', badge: 1 },
      parrot: { content: { media: 0, body: '' }, truncated: true },
    });
    expect(JSON.stringify(push)).not.toContain('secret');
  });

  it('stay when the user logs in on another phone', async () => {
    const { jerry, phone, device } = await friends();
    await settings(jerry, { preview: false });
    const other = await offline(jerry);
    await device.say(text(jerry, 'secret'));
    for (const one of [phone, other]) expect(opened(await next(one)).aps.alert).toBe('New message');
  });

  it.each([
    [{ quiet: { from: '9:00', to: '10:00', zone: 'UTC' } }, 'body.quiet.from'],
    [{ quiet: { from: '09:00', to: '24:00', zone: 'UTC' } }, 'body.quiet.to'],
    [{ quiet: { from: '09:00', to: '10:00', zone: 'Mars' } }, 'body.quiet.zone'],
    [{ preview: 1 }, 'body.preview'],
  ])('are checked: %j', async (body, name) => {
    const answer = await settings(someone('tom'), body);
    expect(answer).toMatchObject({ status: 400, body: { errorCode: 5001 } });
    expect(Object(answer.body).errorMessage).toContain(name);
  });
});
