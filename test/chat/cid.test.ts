import { describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS, type ClientVersion } from '../support/clients.ts';
import { database } from '../support/database.ts';
import { app, befriend, credentials, rest, someone } from '../support/demo-app.ts';
import { Device, text } from '../support/device.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({}));
const { users, create } = testApi(system);
const history = async (path: string) => (await rest(system.origin, 'GET', `${path}/chats`)).body as unknown[];

async function friends(version: ClientVersion = '4.8.4') {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const [toms, jerrys] = await Promise.all([
    Device.login(version, system.origin, tom),
    Device.login('4.8.4', system.origin, jerry),
  ]);
  return { tom, jerry, toms, jerrys, chats: `/ctx/${tom}/friends/${jerry}` };
}

/** The number of counted messages in the only conversation of a user. */
async function counted(user: string): Promise<number> {
  const heads = (await system.database.messages()).filter(({ pk, sk }) => sk === 'head' && String(pk).includes(user));
  return heads.reduce((sum, { count, start }) => sum + Number(count) - Number(start), 0);
}

describe('a message with a client id', () => {
  it.each(CLIENT_VERSIONS)('is stored, counted and sent once, however often %s repeats it', async (version) => {
    const { tom, jerry, toms, jerrys, chats } = await friends(version);
    const tablet = await Device.login('4.8.4', system.origin, tom);
    const message = text(jerry, 'hello', { cid: 'first_1', ack: 5 });
    const first = await toms.say(message);
    expect(first).toEqual({ success: true, id: expect.any(String), ts: expect.any(Number), ack: 5, cid: 'first_1' });
    expect(await toms.say(message)).toEqual(first);
    expect(await tablet.say(message)).toEqual(first);
    const { id, ts } = Object(first);
    expect(await toms.acks.count(2)).toEqual([
      { ack: 5, ts, cid: 'first_1' },
      { ack: 5, ts, cid: 'first_1' },
    ]);
    expect(await tablet.yourselves.at()).toMatchObject({ id, cid: 'first_1' });
    await toms.say(text(jerry, 'more'));
    const received = await jerrys.messages.count(2);
    expect(received).toMatchObject([{ id }, { content: { body: 'more' } }]);
    expect(received[0]).not.toHaveProperty('cid');
    expect(await history(chats)).toMatchObject([{ id, cid: 'first_1' }, { content: { body: 'more' } }]);
    expect(await counted(tom)).toBe(2);
  });

  it('is one when attempts run at the same time on several devices', async () => {
    const { tom, jerry, toms, jerrys, chats } = await friends();
    const devices = [toms, ...(await Promise.all([1, 2, 3].map(() => Device.login('4.8.4', system.origin, tom))))];
    const message = text(jerry, 'once', { cid: 'same' });
    const twenty = Array(5).fill(devices).flat() as Device[];
    const answers = await Promise.all(twenty.map((device) => device.say(message, 15_000)));
    expect(answers).toHaveLength(20);
    expect(answers[0]).toMatchObject({ success: true, cid: 'same' });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await toms.say(text(jerry, 'end'));
    await system.cloud.settled();
    expect(jerrys.messages.received).toHaveLength(2);
    expect(await history(chats)).toHaveLength(2);
    expect(await counted(tom)).toBe(2);
  });

  it.each([
    ['a moment ago, with its id', 5000],
    ['long ago, with an id that receivers catch up on', 90_000],
  ])('is stored and sent by the next attempt when the first died after its claim: %s', async (_, age) => {
    const { tom, jerry, toms, jerrys, chats } = await friends();
    const claimed = `${String(Date.now() - age).padStart(14, '0')}-0000000000000001-0a1b2c3d`;
    const expires = Math.ceil(Date.now() / 1000) + 3600;
    await system.database.addMessages([{ pk: `${app.id}#user#${tom}#cids`, sk: 'died', id: claimed, expires }]);
    const since = Object(await jerrys.say(text(tom, 'later than the claim'))).id;
    const message = text(jerry, 'survives', { cid: 'died' });
    const answers = await Promise.all([toms.say(message), toms.say(message), toms.say(message)]);
    const { id } = Object(answers[0]);
    expect(answers).toEqual(Array(3).fill({ success: true, id, ts: Number(id.slice(0, 14)), cid: 'died' }));
    expect(id === claimed).toBe(age < 30_000);
    await system.cloud.settled();
    expect(jerrys.messages.received).toMatchObject([{ id }]);
    const { body } = await rest(system.origin, 'GET', `/ctx/${jerry}/sync?since=${since}`);
    expect(Object(body).events).toContainEqual({ event: 'message', data: expect.objectContaining({ id }) });
    expect((await history(chats)).map((stored) => Object(stored).id).sort()).toEqual([since, id].sort());
    expect(await counted(tom)).toBe(2);
  });

  it('is another message when its client id was used more than 24 hours ago', async () => {
    const { tom, jerry, toms, chats } = await friends();
    const id = `${String(Date.now() - 86_401_000).padStart(14, '0')}-0000000000000001-0a1b2c3d`;
    const expires = Math.floor(Date.now() / 1000) - 1;
    await system.database.addMessages([{ pk: `${app.id}#user#${tom}#cids`, sk: 'old', id, expires }]);
    const answer = await toms.say(text(jerry, 'new', { cid: 'old' }));
    expect(Object(answer).id > id).toBe(true);
    expect(await history(chats)).toMatchObject([{ id: Object(answer).id }]);
    // The claim is new.
    expect(await toms.say(text(jerry, 'new', { cid: 'old' }))).toEqual(answer);
  });

  it('is one for the retries of socket.io-client whose acknowledgements are late', async () => {
    const { tom, jerry, jerrys, chats } = await friends();
    const query = { auth: JSON.stringify(credentials({ client: tom })) };
    // Each attempt gives up before the answer can arrive.
    const device = new Device('4.8.4', system.origin, { query, options: { retries: 3, ackTimeout: 1 } });
    await device.loggedIn();
    const failure = await new Promise((resolve) => {
      device.client.emit('say', text(jerry, 'late', { cid: 'late', ack: 1 }), resolve);
    });
    expect(failure).toBeInstanceOf(Error);
    // All four attempts arrived.
    const acks = await device.acks.count(4);
    expect(new Set(acks.map((ack) => JSON.stringify(ack))).size).toBe(1);
    await system.cloud.settled();
    expect(await history(chats)).toMatchObject([{ cid: 'late' }]);
    expect(jerrys.messages.received).toHaveLength(1);
    expect(await counted(tom)).toBe(1);
  });

  it('has the same id in a room when it is repeated', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const room = await create('room', { members: [tom, jerry] });
    const [toms, jerrys] = await Promise.all([tom, jerry].map((id) => Device.login('4.8.4', system.origin, id)));
    const message = { ...text(room, 'room'), to: { id: room, type: 2 }, cid: 'room' };
    const first = await toms?.say(message);
    expect(await toms?.say(message)).toEqual(first);
    const { id } = Object(first);
    expect(await jerrys?.messages.count(2)).toMatchObject([{ id }, { id }]);
  });

  it('is not sent to another receiver under the same client id', async () => {
    const { tom, jerry, toms, jerrys, chats } = await friends();
    const first = await toms.say(text(jerry, 'to Jerry', { cid: 'one' }));
    const butch = someone('butch');
    await befriend(system.origin, tom, butch);
    expect(await toms.say(text(butch, 'to Butch', { cid: 'one' }))).toEqual(first);
    expect(await history(`/ctx/${tom}/friends/${butch}`)).toEqual([]);
    expect(await history(chats)).toHaveLength(1);
    expect(await jerrys.messages.at()).toMatchObject({ content: { body: 'to Jerry' } });
  });

  it('is another message of another speaker', async () => {
    const { tom, jerry, toms, jerrys } = await friends();
    const answers = [
      await toms.say(text(jerry, 'a', { cid: 'both' })),
      await jerrys.say(text(tom, 'b', { cid: 'both' })),
    ];
    expect(new Set(answers.map((answer) => Object(answer).id)).size).toBe(2);
    expect(await counted(tom)).toBe(2);
  });

  it.each(['', 'x'.repeat(65), 'a b', 'ä', 7])(
    'is refused with the client id %j, and nothing is stored',
    async (cid) => {
      const { jerry, toms, chats } = await friends();
      expect(await toms.say(text(jerry, 'x', { cid }))).toMatchObject({
        success: false,
        error: 5001,
        message: expect.stringContaining('say.cid'),
      });
      expect(await history(chats)).toEqual([]);
    },
  );
});

describe('the counter of a conversation', () => {
  it('is exact while many members speak at the same time', { tags: 'slow' }, async () => {
    const ids = await users(...Array(10).fill('member'));
    const group = await create('group', { owner: ids[0], members: ids });
    const devices = await Promise.all(ids.map((id) => Device.login('4.8.4', system.origin, id)));
    const said = devices.flatMap((device) =>
      [1, 2, 3].map((n) => device.say({ to: { id: group, type: 1 }, content: { media: 0, body: `m${n}` } }, 15_000)),
    );
    expect(await Promise.all(said)).toEqual(Array(30).fill(expect.objectContaining({ success: true })));
    const stored = await rest(system.origin, 'GET', `/groups/${group}/chats?limit=100`);
    expect(stored.body).toHaveLength(30);
    expect(await counted(group)).toBe(30);
  });

  it.each([{}, { cid: 'conflict' }])('is exact when one of the writes fails (%j)', { tags: 'slow' }, async (more) => {
    const { tom, jerry, toms, jerrys, chats } = await friends();
    await toms.say(text(jerry, 'before'));
    await system.cloud.settled();
    // Each of the two writes to this table makes ten attempts, so one of them fails.
    system.cloud.conflict(19, 'Messages');
    const message = text(jerry, 'difficult', more);
    const answer = await toms.say(message, 15_000);
    system.cloud.conflict(0);
    await system.cloud.settled();
    if ('cid' in message) expect(await toms.say(message)).toMatchObject({ success: true });
    else {
      expect(answer).toMatchObject({ success: false });
      expect(await history(chats)).toHaveLength(1);
    }
    expect(await counted(tom)).toBe((await history(chats)).length);
    await system.cloud.settled();
    expect(jerrys.messages.received).toHaveLength((await history(chats)).length);
  });
});

describe('a history of a version without heads', () => {
  it('still shows its latest message in lists, and gets a head', async () => {
    const { tom, jerry, toms } = await friends();
    const pk = `${app.id}#friend#${[tom, jerry].sort().join('#')}`;
    const id = `${String(Date.now() - 5000).padStart(14, '0')}-0000000000000001-0a1b2c3d`;
    const old = { pk, sk: id, speaker: jerry, content: { media: 0, body: 'old' }, expires: 9_999_999_999 };
    await system.database.addMessages([old]);
    await system.database.changeCore(({ pk, sk }) => String(pk).includes(tom) && sk === `friend#${jerry}`, {
      heads: undefined,
    });
    const list = () => rest(system.origin, 'GET', `/ctx/${tom}/friends?detail`);
    expect((await list()).body).toMatchObject([{ id: jerry, recent: { id, content: { body: 'old' } } }]);
    expect(await counted(tom)).toBe(0);
    await toms.say(text(jerry, 'new'));
    expect((await list()).body).toMatchObject([{ id: jerry, recent: { content: { body: 'new' } } }]);
    expect(await counted(tom)).toBe(1);
  });
});
