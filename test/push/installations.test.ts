import { beforeAll, describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, befriend, macaw, rest, someone } from '../support/macaw.ts';
import { opened, telephones } from '../support/phone.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { credentials, install, login, offline, pushesTo } = telephones(system);
const { call } = testApi(system);

beforeAll(async () => {
  await credentials('apns');
  await credentials('apns_sandbox');
});

const token = () =>
  `${someone()}0f`
    .split('')
    .map((c) => c.charCodeAt(0).toString(16))
    .join('');
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);

/** An offline user with a phone, and a function that sends them a message. */
async function reachable(details: Record<string, unknown> = {}) {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const phone = await offline(jerry, details);
  const device = await Device.login('4.8.4', system.origin, tom);
  return { jerry, phone, say: (body: string) => device.say(text(jerry, body)) };
}

describe('an installation', () => {
  it('is made, read, changed, and the same when it is made again', async () => {
    const installationId = someone('install');
    const details = { deviceType: 'ios', deviceToken: token(), environment: 'production', badge: 3 };
    const made = await call('POST', '/2.0/installations', { installationId, ...details, timeZone: 'Asia/Shanghai' });
    expect(made).toMatchObject({ status: 201, body: { objectId: installationId, createdAt: TIME } });
    const path = `/2.0/installations/${installationId}`;
    const createdAt = Object(made.body).createdAt;
    expect(await call('GET', path)).toMatchObject({
      status: 200,
      body: { objectId: installationId, installationId, ...details, createdAt, updatedAt: TIME },
    });
    expect(await call('PUT', path, { badge: 0 })).toMatchObject({ status: 200, body: { updatedAt: TIME } });
    expect((await call('GET', path)).body).toMatchObject({ ...details, badge: 0 });
    const again = await call('POST', '/2.0/installations/', { installationId, ...details });
    expect(again.body).toEqual({ objectId: installationId, createdAt });
  });

  it('may leave its id to the server, and its token for later', async () => {
    const made = await call('POST', '/2.0/installations', { deviceType: 'ios' });
    const path = `/2.0/installations/${Object(made.body).objectId}`;
    expect((await call('PUT', path, { deviceToken: token() })).status).toBe(200);
    expect((await call('GET', path)).body).toHaveProperty('deviceToken');
  });

  it.each([
    ['an unknown id', 'PUT', '/2.0/installations/nobody', { badge: 0 }, 404, 101],
    ['an unknown id', 'GET', '/2.0/installations/nobody', undefined, 404, 101],
    ['an id that is none', 'POST', '/2.0/installations', { installationId: 'a b' }, 400, 107],
    ['a type that is none', 'POST', '/2.0/installations', { deviceType: 'fridge' }, 400, 107],
    ['a token that is none', 'POST', '/2.0/installations', { deviceType: 'ios', deviceToken: 'no hex' }, 400, 107],
    ['a badge below zero', 'POST', '/2.0/installations', { badge: -1 }, 400, 107],
    ['no JSON', 'POST', '/2.0/installations', '{', 400, 107],
    ['another method', 'DELETE', '/2.0/installations/x', undefined, 405, 108],
  ])('with %s is refused (%s %s)', async (_, method, path, body, status, code) => {
    const answer = await call(method, path, body);
    expect(answer).toMatchObject({ status, body: { code, error: expect.stringMatching(/\w/) } });
  });

  it('wants the application’s key', async () => {
    const headers = { 'X-ML-AppId': app.id, 'X-ML-APIKey': 'wrong' };
    const answer = await rest(system.origin, 'POST', '/2.0/installations', { body: {}, headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 401 } });
  });
});

describe('a device token', () => {
  it('is reached by the service that it belongs to', async () => {
    const store = await reachable({ environment: 'production' });
    const development = await reachable({ environment: 'sandbox' });
    await store.say('one');
    await development.say('two');
    expect(await system.cloud.outbox.nextPush(store.phone.token)).toMatchObject({
      platform: 'APNS',
      attributes: { 'AWS.SNS.MOBILE.APNS.TTL': '604800' },
    });
    expect(await system.cloud.outbox.nextPush(development.phone.token)).toMatchObject({
      platform: 'APNS_SANDBOX',
      attributes: { 'AWS.SNS.MOBILE.APNS_SANDBOX.TTL': '604800' },
    });
  });

  it('that changes is the one that is reached', async () => {
    const { phone, say } = await reachable();
    const changed = token();
    await call('PUT', `/2.0/installations/${phone.install}`, { deviceToken: changed });
    await say('hi');
    expect(opened(await system.cloud.outbox.nextPush(changed)).aps.alert).toBe('hi');
    expect(await pushesTo(phone)).toEqual([]);
  });

  it('of an app that was installed anew is not reached for the installation before', async () => {
    const { phone, say } = await reachable();
    const anew = await install({ deviceToken: phone.token });
    await say('hi');
    expect(await pushesTo(phone)).toEqual([]);
    const other = someone('butch');
    await disconnect(system.cloud, await login(other, anew));
    const device = await Device.login('4.8.4', system.origin, someone('speaker'));
    await device.say({ to: { id: other, type: 4 }, content: { media: 0, body: 'hello' } });
    expect(opened(await system.cloud.outbox.nextPush(phone.token)).aps.alert).toBe('hello');
    expect(await pushesTo(phone)).toHaveLength(1);
  });

  it('of iOS is the same however it is written, with one endpoint', async () => {
    const { phone, say } = await reachable();
    const { token } = phone;
    const printed = `<${token.replace(/.{8}/g, '$& ').trim()}>`;
    const path = `/2.0/installations/${phone.install}`;
    for (const deviceToken of [printed, printed.toUpperCase(), token.toUpperCase(), ` ${token}\n`]) {
      expect((await call('PUT', path, { deviceToken })).status).toBe(200);
      expect((await call('GET', path)).body).toMatchObject({ deviceToken: token });
    }
    await say('hi');
    expect(opened(await system.cloud.outbox.nextPush(token)).aps.alert).toBe('hi');
    expect(await pushesTo(phone)).toHaveLength(1);
    // An endpoint has one installation. With a second endpoint, the first installation would still be reached.
    await install({ deviceToken: printed.toUpperCase() });
    await say('again');
    expect(await pushesTo(phone)).toHaveLength(1);
  });

  it('of FCM is kept as it is', async () => {
    const deviceToken = `cAFE:APA91b<${someone()}> Ab`;
    const { objectId } = Object(
      (await call('POST', '/2.0/installations', { deviceType: 'android', deviceToken })).body,
    );
    expect((await call('GET', `/2.0/installations/${objectId}`)).body).toMatchObject({ deviceToken });
  });

  it('without credentials for its service is kept for when there are some', async () => {
    const { phone, say } = await reachable({ deviceType: 'android', deviceToken: `android:${someone()}` });
    await say('hi');
    expect(await pushesTo(phone)).toEqual([]);
    expect((await call('GET', `/2.0/installations/${phone.install}`)).body).toMatchObject({ deviceToken: phone.token });
  });
});

describe('the badge', () => {
  it('counts messages until the app resets it', async () => {
    const { phone, say } = await reachable();
    const badge = async () => opened(await system.cloud.outbox.nextPush(phone.token)).aps.badge;
    await say('one');
    expect(await badge()).toBe(1);
    await Promise.all([say('two'), say('three')]);
    expect([await badge(), await badge()].sort()).toEqual([2, 3]);
    expect((await call('GET', `/2.0/installations/${phone.install}`)).body).toMatchObject({ badge: 3 });
    await call('PUT', `/2.0/installations/${phone.install}`, { badge: 0 });
    await say('four');
    expect(await badge()).toBe(1);
  });
});

describe('logging in with an installation', () => {
  it('that is not known yet binds it; its token may come later', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const installationId = someone('install');
    await disconnect(
      system.cloud,
      await Device.login('1.7.4', system.origin, { client: jerry, install: installationId }),
    );
    expect((await call('GET', `/ctx/${jerry}`)).body).toMatchObject({ installs: [installationId] });
    const deviceToken = token();
    await call('POST', '/2.0/installations', { installationId, deviceType: 'ios', deviceToken });
    await (await Device.login('4.8.4', system.origin, tom)).say(text(jerry, 'hi'));
    expect(opened(await system.cloud.outbox.nextPush(deviceToken)).aps.alert).toBe('hi');
  });

  it('keeps the twenty of a user that were bound last', { tags: 'slow' }, async () => {
    const jerry = someone('jerry');
    const installs = Array.from({ length: 21 }, () => someone('install'));
    const devices: Device[] = [];
    for (const install of installs)
      devices.push(await Device.login('4.8.4', system.origin, { client: jerry, install }));
    await disconnect(system.cloud, ...devices);
    expect((await call('GET', `/ctx/${jerry}`)).body).toMatchObject({ installs: installs.slice(1) });
  });

  it.each([[''], [null]])('that is %j is a login without one', async (install) => {
    const jerry = someone('jerry');
    await Device.login('4.8.4', system.origin, { client: jerry, install });
    expect((await call('GET', `/ctx/${jerry}`)).body).toMatchObject({ installs: [] });
  });

  it('that is invalid is rejected', async () => {
    const login = Device.login('4.8.4', system.origin, { client: someone(), install: 'a b' });
    await expect(login).rejects.toThrow('auth.install');
  });
});
