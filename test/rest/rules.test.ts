import { describe, expect, it, onTestFinished } from 'vitest';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, credentials, rest, someone } from '../support/macaw.ts';

const strict = { mode: 'strict', plainLogin: true };

const system = database(() => ({
  rules: strict,
  anyone: { ...strict, befriending: 'anyone', adding: 'anyone', notifyAll: 'limited' },
  master: { ...strict, befriending: 'master', adding: 'master' },
  scarce: { ...strict, befriending: 'anyone', friendshipsPerHour: 3, groupsPerHour: 2, roomsPerHour: 1 },
  open: {},
}));

const appHeader = (id: string) => ({ 'X-ML-AppId': id, 'X-ML-APIKey': '' });

/** Logs in, and makes requests with the token. */
async function logIn(name: string, inApp = 'rules', options: Record<string, unknown> = {}) {
  const id = someone(name);
  const auth = JSON.stringify({ ...credentials({ client: id, ...options }), app: inApp });
  const device = new Device('4.8.4', system.origin, { query: { auth } });
  const { token } = (await device.logins.at()) as { token: string };
  const call = (method: string, path: string, body?: unknown) =>
    rest(system.origin, method, path, { body, headers: { ...appHeader(inApp), 'X-ML-Session-Token': token } });
  return { id, device, call };
}

const master = (inApp: string) => (method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, { body, headers: { ...appHeader(inApp), 'X-ML-MasterKey': app.masterKey } });

const forbidden = { status: 403, body: { errorCode: 5003 } };

/** Tom, a friend named Jerry, and a stranger. */
async function people(inApp = 'rules') {
  const [tom, jerry, spike] = await Promise.all(['tom', 'jerry', 'spike'].map((name) => logIn(name, inApp)));
  if (!tom || !jerry || !spike) throw new Error('Three users were expected');
  await master(inApp)('POST', `/ctx/${tom.id}/friends/${jerry.id}`);
  return { tom, jerry, spike };
}

describe('in strict mode, users', () => {
  it('befriend strangers only after these wrote to them', async () => {
    const { tom, spike } = await people();
    const path = `/ctx/${spike.id}/friends/${tom.id}`;
    await spike.device.say({ to: { id: tom.id, type: 4 }, content: { body: 'hello' } });
    expect(await spike.call('POST', path)).toMatchObject(forbidden);
    expect(await spike.call('POST', `/ctx/${spike.id}/friends`, [tom.id])).toMatchObject(forbidden);
    expect((await tom.call('GET', `/ctx/${tom.id}/friends/${spike.id}`)).status).toBe(404);
    await tom.device.say({ to: { id: spike.id, type: 4 }, content: { body: 'hi' } });
    expect((await spike.call('POST', path)).status).toBe(200);
    // A friendship that exists is answered again.
    expect((await tom.call('POST', `/ctx/${tom.id}/friends/${spike.id}`)).status).toBe(200);
  });

  it.each(['rules', 'anyone'])('create nobody by naming them (%s)', async (inApp) => {
    const { tom } = await people(inApp);
    const nobody = someone('nobody');
    const answers = [
      await tom.call('POST', `/ctx/${tom.id}/friends/${nobody}`),
      await tom.call('POST', `/ctx/${tom.id}/friends`, [nobody]),
      await tom.call('POST', '/groups', { owner: tom.id, members: [nobody] }),
      await tom.call('POST', '/rooms', { members: [nobody] }),
    ];
    for (const { status } of answers) expect(status).toBeOneOf([403, 404]);
    expect((await master(inApp)('GET', `/ctx/${nobody}`)).status).toBe(404);
  });

  it('add only friends to groups and rooms', async () => {
    const { tom, jerry, spike } = await people();
    const created = await tom.call('POST', '/groups', { owner: tom.id, members: [jerry.id] });
    expect(created.status).toBe(200);
    const group = `/groups/${created.body}`;
    const answers = [
      await tom.call('POST', '/groups', { owner: tom.id, members: [jerry.id, spike.id] }),
      await tom.call('POST', `${group}/members`, { members: [spike.id] }),
      await tom.call('POST', `${group}/members/${spike.id}`),
      await tom.call('PUT', group, { members: [jerry.id, spike.id] }),
      await tom.call('PUT', group, { owner: spike.id }),
      await tom.call('POST', '/rooms', { members: [tom.id, spike.id] }),
    ];
    for (const answer of answers) expect(answer).toMatchObject(forbidden);
    expect((await tom.call('GET', group)).body).toMatchObject({ owner: tom.id, members: [jerry.id, tom.id].sort() });
    expect((await tom.call('POST', '/rooms', { members: [tom.id, jerry.id] })).status).toBe(200);
  });

  it('keep members who are no friends, and join rooms', async () => {
    const { tom, jerry, spike } = await people();
    const { body: group } = await master('rules')('POST', '/groups', { owner: tom.id, members: [spike.id] });
    const members = [spike.id, jerry.id];
    expect((await tom.call('PUT', `/groups/${group}`, { members })).status).toBe(201);
    const { body: room } = await tom.call('POST', '/rooms', { members: [tom.id] });
    expect((await spike.call('POST', `/rooms/${room}/members/${spike.id}`)).status).toBe(201);
  });

  it('make so many friendships, groups and rooms per hour', async () => {
    const tom = await logIn('tom', 'scarce');
    const others = Array.from({ length: 4 }, () => someone('friend'));
    await system.database.addUsers('scarce', others);
    const [one = '', two = '', three = '', four = ''] = others;
    const friends = `/ctx/${tom.id}/friends`;
    const tooMany = { status: 429, body: { errorCode: 5008 } };
    expect((await tom.call('POST', `${friends}/${one}`)).status).toBe(200);
    expect(await tom.call('POST', friends, [two, three, four])).toMatchObject(tooMany);
    expect((await tom.call('POST', friends, [one, two, three])).status).toBe(200);
    expect(await tom.call('POST', `${friends}/${four}`)).toMatchObject(tooMany);
    expect((await tom.call('POST', `${friends}/${one}`)).status).toBe(200);
    const group = { owner: tom.id };
    for (const status of [200, 200, 429]) expect((await tom.call('POST', '/groups', group)).status).toBe(status);
    for (const status of [200, 429]) expect((await tom.call('POST', '/rooms', {})).status).toBe(status);
    expect((await master('scarce')('POST', '/groups', group)).status).toBe(200);
  });
});

it('an application can leave friendships and additions to the master key', async () => {
  const { tom, jerry, spike } = await people('master');
  expect(await tom.call('POST', `/ctx/${tom.id}/friends/${spike.id}`)).toMatchObject(forbidden);
  expect(await tom.call('POST', '/groups', { owner: tom.id, members: [jerry.id] })).toMatchObject(forbidden);
  expect((await tom.call('POST', '/groups', { owner: tom.id })).status).toBe(200);
});

it('an application can let anyone befriend and add anyone', async () => {
  const { tom, spike } = await people('anyone');
  expect((await tom.call('POST', '/groups', { owner: tom.id, members: [spike.id] })).status).toBe(200);
  expect((await tom.call('POST', `/ctx/${tom.id}/friends/${spike.id}`)).status).toBe(200);
});

describe('the name of a group or room', () => {
  it.each(['rules', 'open'])('has at most 1,024 bytes (%s)', async (inApp) => {
    const { tom } = await people(inApp);
    const call = master(inApp);
    const create = (kind: string, name: string) => call('POST', kind, { owner: tom.id, members: [tom.id], name });
    const tooLong = { status: 413, body: { errorCode: 5010, errorMessage: expect.stringContaining('1024') } };
    for (const kind of ['/groups', '/rooms']) {
      const { body: id } = await create(kind, '群'.repeat(341));
      expect(await create(kind, '群'.repeat(342))).toMatchObject(tooLong);
      const attributes = `${kind}/${id}/attributes`;
      for (const method of ['POST', 'PUT']) {
        expect(await call(method, attributes, { name: 'x'.repeat(1025) })).toMatchObject(tooLong);
        expect((await call(method, attributes, { topic: 'x'.repeat(1025) })).status).toBe(201);
      }
    }
  });
});

describe('notifyAll', () => {
  /** The presence events that a stranger receives while a user logs in and out several times. */
  async function announcements(inApp: string, logins: number): Promise<string[]> {
    const listener = await logIn('listener', inApp);
    const received: string[] = [];
    for (const event of ['online_x', 'offline_x']) listener.device.client.on(event, () => received.push(event));
    const name = someone('loud');
    for (let n = 0; n < logins; n++) {
      const auth = JSON.stringify({ ...credentials({ client: name, notifyAll: true }), app: inApp });
      const device = new Device('4.8.4', system.origin, { query: { auth } });
      await device.loggedIn();
      await system.cloud.settled();
      await disconnect(system.cloud, device);
    }
    return received;
  }

  it('announces nobody in strict mode, unless the application permits it', async () => {
    expect(await announcements('rules', 1)).toEqual([]);
    expect((await announcements('anyone', 1)).sort()).toEqual(['offline_x', 'online_x']);
  });

  it('announces a user once a minute, even if the responses of writes are lost', async () => {
    system.cloud.lose('UpdateItem');
    onTestFinished(() => system.cloud.lose(undefined));
    expect((await announcements('anyone', 1)).sort()).toEqual(['offline_x', 'online_x']);
  });

  it('announces a user once a minute', async () => {
    // A run that crosses the end of a minute has one more announcement.
    const received = await announcements('anyone', 6);
    expect(received.filter((event) => event === 'online_x').length).toBeOneOf([1, 2]);
    expect(received.length).toBeLessThanOrEqual(4);
  });
});
