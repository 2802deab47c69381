import { describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS } from '../support/clients.ts';
import { Inbox } from '../support/collect.ts';
import { cost } from '../support/cost.ts';
import { database } from '../support/database.ts';
import { app, befriend, credentials, rest, someone } from '../support/demo-app.ts';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({ few: { catchUpMessages: 2 } }));
const { users, create } = testApi(system);
const login = (who: string | Record<string, unknown>) => Device.login('4.8.4', system.origin, who);
const sync = (user: string, since: string) => rest(system.origin, 'GET', `/ctx/${user}/sync?since=${since}`);

const idOf = (answer: unknown) => String(Object(answer).id);
const bodies = (events: readonly unknown[]) => events.map((event) => Object(event).content?.body);

/** A device that logs in with the last message that it has. `synced` collects the end of its catch-up. */
function back(version: (typeof CLIENT_VERSIONS)[number], login: Record<string, unknown>) {
  const query = { auth: JSON.stringify(credentials(login)) };
  const device = new Device(version, system.origin, { query, options: { reconnection: false } });
  return { device, synced: new Inbox(device.client, 'synced') };
}

/** Tom, with one conversation of each kind. Each peer sends before and after Tom left. */
async function away() {
  const [tom = '', jerry = '', butch = ''] = await users('tom', 'jerry', 'butch');
  await befriend(system.origin, tom, jerry);
  const group = await create('group', { owner: tom, members: [jerry] });
  const [toms, jerrys, butchs, visitor] = await Promise.all([
    login(tom),
    login(jerry),
    login(butch),
    login({ passenger: {} }),
  ]);
  const since = idOf(await jerrys.say(text(tom, 'before')));
  await toms.messages.at();
  await disconnect(system.cloud, toms);
  await jerrys.say(text(tom, 'from a friend'));
  await jerrys.say({ to: { id: group, type: 1 }, content: { body: 'to the group' } });
  await butchs.say({ to: { id: tom, type: 4 }, content: { body: 'from a stranger' } });
  await visitor.say({ to: { id: tom }, content: { body: 'from a visitor' } });
  const tablet = await login(tom);
  const last = idOf(await tablet.say(text(jerry, 'from my tablet', { cid: 'tablet' })));
  return { tom, jerry, butch, group, visitor: await visitor.loggedIn(), visitors: visitor, tablet, since, last };
}

describe('a login with since', () => {
  it.each(CLIENT_VERSIONS)('sends what was missed in all conversations, oldest first (%s)', async (version) => {
    const { tom, jerry, butch, group, visitor, since, last } = await away();
    const { device, synced } = back(version, { client: tom, since });
    expect(await synced.at()).toEqual({ upTo: last, complete: true });
    expect(device.messages.received).toMatchObject([
      { from: { id: jerry, type: 0 }, content: { body: 'from a friend' } },
      { from: { id: jerry, type: 1, gid: group }, content: { body: 'to the group' } },
      { from: { id: butch, type: 4 }, content: { body: 'from a stranger' } },
      { from: { id: visitor, type: 3 }, content: { body: 'from a visitor' } },
    ]);
    expect(device.yourselves.received).toMatchObject([{ id: last, to: { id: jerry, type: 0 }, cid: 'tablet' }]);
  });

  it('in the CONNECT payload does the same', async () => {
    const { tom, since, last } = await away();
    const device = new Device('4.8.4', system.origin, { options: { auth: credentials({ client: tom, since }) } });
    const synced = new Inbox(device.client, 'synced');
    expect(await synced.at()).toEqual({ upTo: last, complete: true });
    expect(device.messages.received).toHaveLength(4);
  });

  it('goes on where the last catch-up ended', async () => {
    const { tom, last, tablet, jerry } = await away();
    const { device, synced } = back('4.8.4', { client: tom, since: last });
    await synced.at();
    expect(device.yourselves.received).toEqual([]);
    const next = idOf(await tablet.say(text(jerry, 'next')));
    await device.yourselves.at();
    expect((await sync(tom, next)).body).toMatchObject({ upTo: next, complete: true });
  });

  it('sends a visitor what users wrote', { tags: 'slow' }, async () => {
    const { tom, tablet, visitor, visitors } = await away();
    await disconnect(system.cloud, visitors);
    const since = idOf(await tablet.say({ to: { id: visitor, type: 3 }, content: { body: 'one' } }));
    await tablet.say({ to: { id: visitor, type: 3 }, content: { body: 'two' } });
    const { device, synced } = back('4.8.4', { passenger: { id: visitor }, since });
    expect(await synced.at()).toMatchObject({ complete: true });
    expect(device.messages.received).toMatchObject([{ from: { id: tom, type: 0 }, content: { body: 'two' } }]);
    expect(bodies(device.yourselves.received)).toEqual(['from a visitor']);
  });

  it('names the conversations that it cannot send completely', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const headers = { 'X-ML-AppId': 'few' };
    await rest(system.origin, 'POST', `/ctx/${tom}/friends/${jerry}`, { headers });
    const enter = (login: object) => {
      const query = { auth: JSON.stringify({ ...credentials({}), app: 'few', ...login }) };
      return new Device('4.8.4', system.origin, { query });
    };
    const jerrys = enter({ client: jerry });
    await jerrys.loggedIn();
    const since = idOf(await jerrys.say(text(tom, '0')));
    for (const body of ['1', '2']) await jerrys.say(text(tom, body));
    await jerrys.say(text(tom, '3'));
    const toms = enter({ client: tom, since });
    const synced = new Inbox(toms.client, 'synced');
    expect(await synced.at()).toEqual({
      upTo: expect.any(String),
      complete: false,
      conversations: [{ id: jerry, type: 0 }],
    });
    expect(toms.messages.received.length).toBeLessThanOrEqual(2);
  });

  it('loses no message that is sent while the client logs in', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const jerrys = await login(jerry);
    const since = idOf(await jerrys.say(text(tom, 'before')));
    let going = true;
    const sent: string[] = [];
    const sending = (async () => {
      while (going) sent.push(idOf(await jerrys.say(text(tom, 'during'))));
    })();
    const { device, synced } = back('4.8.4', { client: tom, since });
    await synced.at();
    going = false;
    await sending;
    await system.cloud.settled();
    const received = new Set(device.messages.received.map(idOf));
    expect(sent.filter((id) => !received.has(id))).toEqual([]);
    expect(sent.length).toBeGreaterThan(3);
  });

  it('closes the connection if the catch-up fails, so that the client tries again', { tags: 'slow' }, async () => {
    const { tom, since, last } = await away();
    const query = { auth: JSON.stringify(credentials({ client: tom, since })) };
    const device = new Device('4.8.4', system.origin, { query, options: { reconnectionDelay: 10 } });
    const synced = new Inbox(device.client, 'synced');
    await device.loggedIn();
    system.cloud.throttle('dynamodb', 100);
    await device.disconnects.at();
    system.cloud.throttle('dynamodb', 0);
    expect(await synced.at()).toEqual({ upTo: last, complete: true });
    expect(device.messages.received).toHaveLength(4);
  });

  it.each(['', 'yesterday', '01767225600000', 5])('is refused when since is %j', async (since) => {
    const { device } = back('4.8.4', { client: someone('tom'), since });
    expect(await device.logins.at()).toMatchObject({
      success: false,
      error: 5001,
      message: expect.stringContaining('auth.since'),
    });
  });
});

describe('GET /ctx/{id}/sync', () => {
  it('answers the same events', async () => {
    const { tom, since, last } = await away();
    const { status, body } = await sync(tom, since);
    expect(status).toBe(200);
    expect(body).toMatchObject({ upTo: last, complete: true });
    const events = Object(body).events as { event: string; data: unknown }[];
    expect(events.map(({ event }) => event)).toEqual(['message', 'message', 'message', 'message', 'yourself']);
    expect(bodies(events.map(({ data }) => data))).toEqual([
      'from a friend',
      'to the group',
      'from a stranger',
      'from a visitor',
      'from my tablet',
    ]);
    expect(await sync(tom, 'x')).toMatchObject({ status: 400, body: { errorCode: 5001 } });
  });

  it('takes at most 6 calls of DynamoDB for 100 conversations without news', async () => {
    const tom = someone('tom');
    const old = (n: number) => `${String(Date.now() - 3_600_000 + n).padStart(14, '0')}-0000000000000000-00000000`;
    const friends = Array.from({ length: 100 }, () => someone('friend'));
    await system.database.addCore([
      ...friends.map((friend) => ({
        pk: `${app.id}#user#${tom}`,
        sk: `friend#${friend}`,
        ...{ id: friend, from: tom, to: friend, ts: 1, heads: true },
      })),
    ]);
    await system.database.addMessages(
      friends.map((friend, n) => ({
        pk: `${app.id}#friend#${[tom, friend].sort().join('#')}`,
        sk: 'head',
        ...{ last: old(n), start: 1, count: 2, expires: 9_999_999_999 },
      })),
    );
    // The application is in the cache of the function then.
    await sync(tom, old(99));
    const since = `${String(Date.now()).padStart(14, '0')}-0000000000000000-00000000`;
    const spent = await cost(system.cloud, () => sync(tom, since));
    const calls = Object.entries(spent.calls).filter(([name]) => name.startsWith('dynamodb:'));
    expect(calls.reduce((sum, [, count]) => sum + count, 0)).toBeLessThanOrEqual(6);
  });
});
