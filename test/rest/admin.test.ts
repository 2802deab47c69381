import { beforeAll, describe, expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { credentials, app as demo, rest, someone } from '../support/macaw.ts';
import { telephones } from '../support/phone.ts';
import { RawClient } from '../support/raw.ts';
import { testApi } from '../support/test-api.ts';

const USED = 'admin-statistics';
const UNUSED = 'admin-unused';
const CONFIGURED = 'admin-settings';

const system = database(() => ({
  [USED]: { mode: 'open', visitors: true },
  [UNUSED]: { mode: 'open' },
  [CONFIGURED]: { mode: 'strict', ts: 1767225600000, logins: { jwt: { secret: 's'.repeat(32) } } },
}));
const phones = telephones(system);
const api = testApi(system);

const HOUR = 60 * 60_000;

/** A request with the master key. */
const ask = (app: string, method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, {
    headers: { 'X-ML-AppId': app, 'X-ML-APIKey': '', 'X-ML-MasterKey': demo.masterKey },
    ...(body !== undefined && { body }),
  });

const read = async (app: string, path: string) => Object((await ask(app, 'GET', path)).body);

const login = (client: string) => Device.login('4.8.4', system.origin, { app: USED, client });

const NONE = {
  messages: { friend: 0, group: 0, room: 0, visitor: 0, stranger: 0, system: 0 },
  activeUsers: 0,
  newUsers: 0,
  logins: 0,
  peakConnections: 0,
  pushes: 0,
  uploads: 0,
};

const BUSY = {
  messages: { friend: 2, group: 1, room: 1, visitor: 1, stranger: 1, system: 1 },
  activeUsers: 2,
  newUsers: 3,
  logins: 4,
  peakConnections: 1,
  pushes: 0,
  uploads: 1,
};

interface Counts {
  readonly from: number;
}

describe('the statistics', () => {
  const [tom, jerry, butch] = [someone('tom'), someone('jerry'), someone('butch')];
  let before = 0;
  beforeAll(async () => {
    before = Date.now();
    await ask(USED, 'POST', `/ctx/${tom}/friends/${jerry}`);
    const group = String((await ask(USED, 'POST', '/groups', { owner: tom, members: [jerry] })).body);
    const room = String((await ask(USED, 'POST', '/rooms', { members: [tom] })).body);
    const visitor = someone('visitor');
    const [toms, jerrys] = [await login(tom), await login(jerry)];
    // A stranger exists, although they were never there.
    await ask(USED, 'POST', '/2.0/tokens', { id: butch });
    const guest = await Device.login('4.8.4', system.origin, { app: USED, passenger: { id: visitor } });
    const old = await RawClient.connect(system.origin, {
      EIO: '3',
      transport: 'websocket',
      auth: JSON.stringify(credentials({ app: USED, client: tom })),
    });
    await old.until((frame) => frame.includes('"login"'));
    old.send('2');
    await old.until((frame) => frame === '3');
    for (const [device, message] of [
      [toms, text(jerry, 'one')],
      [jerrys, text(tom, 'two')],
      [toms, { ...text(group, 'three'), to: { id: group, type: 1 } }],
      [toms, { ...text(room, 'four'), to: { id: room, type: 2 } }],
      [guest, text(tom, 'five')],
      [toms, { ...text(butch, 'six'), to: { id: butch, type: 4 } }],
    ] as const) {
      expect(await device.say(message)).toMatchObject({ success: true });
    }
    await ask(USED, 'POST', `/system/${tom}`, { content: { body: 'seven' } });
    await ask(USED, 'POST', '/attachment', { filename: 'a.txt', contentType: 'text/plain', size: 1 });
    await system.cloud.settled();
  });

  /** The sum of what all periods have, if the hour changed meanwhile. */
  const busy = (periods: Counts[]) =>
    periods.filter((counts) => JSON.stringify({ ...counts, from: 0 }) !== JSON.stringify({ from: 0, ...NONE }));

  it('count what happened in an hour, without a call on the path of a message', async () => {
    await system.cloud.fire('StatisticsSchedule');
    const { periods, counted } = await read(USED, '/statistics');
    expect(periods).toHaveLength(25);
    expect(counted).toBeGreaterThan(before);
    const [hour, ...others] = busy(periods);
    expect(others).toEqual([]);
    expect(hour).toEqual({ from: Math.floor(before / HOUR) * HOUR, ...BUSY });
    expect(periods.map(({ from }: Counts) => from % HOUR)).toEqual(Array(25).fill(0));
  });

  it('are counted when somebody reads them, if they are old, and a repetition changes nothing', async () => {
    await system.database.setCounted(Date.now() - 26 * HOUR);
    const { counted, periods } = await read(USED, '/statistics?by=day');
    expect(counted).toBeGreaterThan(before);
    expect(periods).toHaveLength(31);
    expect(busy(periods)).toEqual([{ from: Math.floor(before / (24 * HOUR)) * 24 * HOUR, ...BUSY }]);
    const mark = system.cloud.calls.mark();
    expect(await read(USED, '/statistics?by=day')).toMatchObject({ counted });
    expect(Object.keys(system.cloud.calls.summary(mark).calls)).not.toContain('logs:StartQuery');
  });

  it('leave a count that fails in the failure queue, and the next one makes up for it', { tags: 'slow' }, async () => {
    await system.database.setCounted(Date.now() - 2 * HOUR);
    system.cloud.throttle('dynamodb', 1000);
    await expect(system.cloud.fire('StatisticsSchedule')).rejects.toThrow();
    system.cloud.throttle('dynamodb', 0);
    await system.cloud.settled();
    expect(Object.values(system.cloud.failureQueues()).flat()).toHaveLength(1);
    await system.cloud.fire('StatisticsSchedule');
    expect(busy((await read(USED, '/statistics')).periods)).toEqual([expect.objectContaining(BUSY)]);
  });

  it('include the connections that are open now', async () => {
    const connections = async () => (await read(USED, '/statistics/now')).connections;
    const before = await connections();
    const devices = [await login(someone('spike')), await login(someone('tyke'))];
    expect(await connections()).toBe(before + 2);
    await disconnect(system.cloud, ...devices);
    expect(await connections()).toBe(before);
    expect(await read(UNUSED, '/statistics/now')).toEqual({ connections: 0 });
  });

  it('of an application are not those of another one', async () => {
    const { periods } = await read(UNUSED, `/statistics?from=${before - HOUR}`);
    expect(busy(periods)).toEqual([]);
  });

  it.each([
    ['from=later', 'from'],
    ['by=week', 'by'],
    ['from=1767225600000&to=1767225600000', 'from'],
    ['from=1767225600000&to=1770000000000', 'from: expected at most 31 days'],
    ['by=day&from=1667225600000&to=1770000000000', 'from: expected at most 400 days'],
  ])('are refused for ?%s', async (query, reason) => {
    expect(await ask(USED, 'GET', `/statistics?${query}`)).toMatchObject({
      status: 400,
      body: { errorMessage: expect.stringContaining(reason) },
    });
  });
});

describe('the settings', () => {
  const setting = (body: unknown, wanted: string) =>
    Object(body).settings.find(({ name }: { name: string }) => name === wanted);

  it('are read and changed by name, and never contain a key', async () => {
    const { status, body } = await ask(CONFIGURED, 'GET', '/settings');
    expect(status).toBe(200);
    expect(setting(body, 'groupMembers')).toEqual({ name: 'groupMembers', value: 50, isDefault: true });
    expect(setting(body, 'logins.jwt.secret')).toMatchObject({ value: '(hidden)' });
    expect(Object(body).schema.properties.groupMembers).toMatchObject({ type: 'integer', maximum: 10_000 });
    for (const secret of [demo.masterKey, demo.clientKey, 's'.repeat(32), 'masterKeyHash', 'clientKey'])
      expect(JSON.stringify(body)).not.toContain(secret);

    const changed = await ask(CONFIGURED, 'PATCH', '/settings', { groupMembers: 70, 'sms.perDay': 5 });
    expect(setting(changed.body, 'groupMembers')).toEqual({ name: 'groupMembers', value: 70, isDefault: false });
    const reset = await ask(CONFIGURED, 'PATCH', '/settings', { groupMembers: null });
    expect([setting(reset.body, 'groupMembers'), setting(reset.body, 'sms.perDay')]).toMatchObject([
      { value: 50, isDefault: true },
      { value: 5, isDefault: false },
    ]);
    expect((await read(CONFIGURED, '/audit')).entries.slice(0, 2)).toMatchObject([
      { action: 'settings.change', object: 'groupMembers', address: expect.any(String) },
      { action: 'settings.change', object: 'groupMembers, sms.perDay' },
    ]);
  });

  it('keep all changes of a group that are made at the same time', async () => {
    const changes = { 'sms.perPhone': 3, 'sms.perAddress': 4, 'sms.perCountry': 5, 'push.hidden': 'News' };
    for (let n = 0; n < 3; n++) {
      await ask(CONFIGURED, 'PATCH', '/settings', { sms: null, push: null });
      await Promise.all(
        Object.entries(changes).map(([name, value]) => ask(CONFIGURED, 'PATCH', '/settings', { [name]: value })),
      );
      const settings = await read(CONFIGURED, '/settings');
      expect(Object.keys(changes).map((name) => setting(settings, name)?.value)).toEqual(Object.values(changes));
    }
    await ask(CONFIGURED, 'PATCH', '/settings', { sms: null, push: null });
  });

  it.each([
    [{ groupMembers: 0 }, 'groupMembers: expected a whole number from 1 to 10000, not 0'],
    [{ receipts: false, groupMember: 5 }, 'There is no setting groupMember; did you mean groupMembers?'],
    [{ clientKey: 'another' }, 'There is no setting clientKey'],
    [{ masterKeyHash: null }, 'There is no setting masterKeyHash'],
    [{ 'logins.jwt.secret': '(hidden)' }, 'logins.jwt.secret: expected the secret itself'],
    [{}, 'expected at least one setting'],
    [[], 'expected'],
  ])('are not changed by %o', async (body, reason) => {
    const before = await read(CONFIGURED, '/settings');
    expect(await ask(CONFIGURED, 'PATCH', '/settings', body)).toMatchObject({
      status: 400,
      body: { errorCode: 5001, errorMessage: expect.stringContaining(reason) },
    });
    expect(await read(CONFIGURED, '/settings')).toEqual(before);
  });
});

describe('the audit log', () => {
  it('skips an entry that this version does not know', async () => {
    await system.database.addAuditEntry(USED, '00000000000001-00000000', { action: 'unknown', object: 'x', time: 1 });
    const { status, body } = await ask(USED, 'GET', '/audit?limit=200');
    expect(status).toBe(200);
    expect(Object(body).entries.map(({ action }: { action: string }) => action)).not.toContain('unknown');
  });

  it('lists what was done with the master key, the latest first, in pages', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const ids = await Promise.all([tom, jerry].map((id) => ask(UNUSED, 'POST', '/2.0/tokens', { id })));
    expect(ids.map(({ status }) => status)).toEqual([201, 201]);
    const group = String((await ask(UNUSED, 'POST', '/groups', { owner: tom })).body);
    const done = [
      ['GET', `/ctx/${tom}/friends/${jerry}/chats`, 'conversation.read', `friend/${tom}/${jerry}`],
      ['GET', `/ctx/${tom}/strangers/${jerry}/chats`, 'conversation.read', `stranger/${tom}/${jerry}`],
      ['GET', `/passengers/guest/chats/${tom}`, 'conversation.read', `visitor/guest/${tom}`],
      ['GET', `/groups/${group}/chats`, 'conversation.read', `group/${group}`],
      ['GET', `/ctx/${tom}/conversations`, 'conversation.read', `user/${tom}`],
      ['POST', '/system', 'message.broadcast', 'everybody'],
      ['POST', `/system/${group}?group`, 'message.broadcast', `group/${group}`],
      ['DELETE', `/2.0/sessions?user=${tom}`, 'session.end', `user/${tom}`],
      ['DELETE', `/groups/${group}/chats`, 'history.erase', `group/${group}`],
      ['DELETE', `/groups/${group}`, 'group.delete', `group/${group}`],
    ] as const;
    for (const [method, path] of done) {
      const body = method === 'POST' ? { content: { body: 'hi' } } : undefined;
      expect((await ask(UNUSED, method, path, body)).status, path).toBeLessThan(300);
    }
    const first = await read(UNUSED, '/audit?limit=4');
    const second = await read(UNUSED, `/audit?limit=8&cursor=${first.cursor}`);
    const entries = [...first.entries, ...second.entries];
    expect(entries.slice(0, done.length).reverse()).toMatchObject(
      done.map(([, , action, object]) => ({ action, object, time: expect.any(Number) })),
    );
    expect(entries.slice(done.length)).toMatchObject([{ action: 'token.mint' }, { action: 'token.mint' }]);
    expect(second.cursor).toBeUndefined();
  });

  it('has no entry of requests that need none, or that come with the client key', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await ask(USED, 'POST', `/ctx/${tom}/friends/${jerry}`);
    await ask(USED, 'GET', `/ctx/${tom}/friends`);
    const headers = { 'X-ML-AppId': USED };
    await rest(system.origin, 'GET', `/ctx/${tom}/friends/${jerry}/chats`, { headers });
    const { entries } = await read(USED, '/audit');
    expect(JSON.stringify(entries)).not.toContain(tom);
    await ask(USED, 'GET', `/ctx/${tom}/friends?detail`);
    expect((await read(USED, '/audit?limit=1')).entries).toMatchObject([
      { action: 'conversation.read', object: `user/${tom}` },
    ]);
  });

  it('refuses a cursor that it did not give', async () => {
    expect(await ask(USED, 'GET', '/audit?cursor=x')).toMatchObject({
      status: 400,
      body: { errorMessage: expect.stringContaining('cursor') },
    });
  });
});

describe('the devices of a user', () => {
  it('are their connections and their installations', async () => {
    await phones.credentials();
    const tom = someone('tom');
    const phone = await phones.install();
    const opened = Date.now();
    const device = await phones.login(tom, phone);
    expect(await read(demo.id, `/ctx/${tom}/devices`)).toEqual({
      connections: [{ id: expect.any(String), opened: expect.any(Number), background: false }],
      installations: [
        {
          id: phone.install,
          deviceType: 'ios',
          badge: 0,
          pushable: true,
          created: expect.any(Number),
          updated: expect.any(Number),
        },
      ],
    });
    const { connections } = await read(demo.id, `/ctx/${tom}/devices`);
    expect(Math.abs(connections[0].opened - opened)).toBeLessThan(60_000);
    await disconnect(system.cloud, device);
    expect(await read(demo.id, `/ctx/${tom}/devices`)).toMatchObject({ connections: [] });
  });

  it('are unknown for a user who does not exist', async () => {
    expect(await ask(demo.id, 'GET', `/ctx/${someone('nobody')}/devices`)).toMatchObject({ status: 404 });
  });
});

describe('a test push', () => {
  it('reports the outcome for each installation', async () => {
    await phones.credentials();
    const tom = someone('tom');
    const [good, bad] = [await phones.offline(tom), await phones.offline(tom)];
    const none = await phones.offline(tom, { deviceToken: undefined });
    const test = () => phones.ask('POST', '/2.0/push/test', { user: tom, text: 'Is this on?' });
    system.cloud.outbox.faults.disable(bad.token);
    expect((await test()).body).toEqual({
      results: [
        { installation: good.install, outcome: 'sent' },
        { installation: bad.install, outcome: 'disabled' },
        { installation: none.install, outcome: 'unregistered' },
      ],
    });
    expect((await phones.pushesTo(good)).map(({ payload }) => Object(payload).aps.alert)).toEqual(['Is this on?']);
    expect((await test()).body).toMatchObject({ results: [{}, { outcome: 'unregistered' }, {}] });
  });

  it('needs a user who exists', async () => {
    const { status, body } = await phones.ask('POST', '/2.0/push/test', { user: someone('nobody') });
    expect([status, body]).toMatchObject([404, { code: 101 }]);
    expect(await phones.ask('POST', '/2.0/push/test', {})).toMatchObject({ status: 400, body: { code: 107 } });
  });

  it('needs no friends', async () => {
    const [tom = ''] = await api.users('tom');
    expect((await phones.ask('POST', '/2.0/push/test', { user: tom })).body).toEqual({ results: [] });
  });
});
