import { describe, expect, it } from 'vitest';
import type { ClientVersion } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { app, befriend, macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, users } = testApi(system);

/** Halves of surrogate pairs, which JSON can write and UTF-8 cannot, and what becomes of them. */
const LONE = 'a\ud800b\udc00';
const REPLACED = 'a\ufffdb\ufffd';

const VERSIONS = ['1.4.8', '2.5.0', '4.8.4'] as const satisfies ClientVersion[];

describe.each(VERSIONS)('text that is not well-formed Unicode, with Socket.IO %s', (version) => {
  it('is the same for the receiver, other devices and the history', async () => {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [toms, other, jerrys] = await Promise.all(
      [tom, tom, jerry].map((user) => Device.login(version, system.origin, user)),
    );
    const answer = await toms?.say(text(jerry, LONE, { remark: LONE }));
    expect(answer).toMatchObject({ success: true });
    const expected = { content: { media: 0, body: REPLACED }, remark: REPLACED };
    expect(await jerrys?.messages.at()).toMatchObject(expected);
    expect(await other?.yourselves.at()).toMatchObject(expected);
    expect((await call('GET', `/ctx/${jerry}/friends/${tom}/chats`)).body).toMatchObject([expected]);
  });

  it('is the same in a system message by REST', { tags: 'slow' }, async () => {
    const jerry = someone('jerry');
    const device = await Device.login(version, system.origin, jerry);
    const master = { 'X-ML-MasterKey': app.masterKey };
    const body = { content: { media: 0, body: LONE }, remark: LONE };
    const expected = { content: { media: 0, body: REPLACED }, remark: REPLACED };
    expect((await call('POST', `/system/${jerry}`, body, master)).status).toBe(202);
    expect(await device.systems.at()).toMatchObject(expected);
    expect((await call('POST', '/system', body, master)).status).toBe(202);
    expect(await device.systems.at(1)).toMatchObject(expected);
  });

  it('is the same in the attributes of a visitor', async () => {
    const id = someone('visitor');
    await Device.login(version, system.origin, { passenger: { id, [LONE]: LONE } });
    expect((await call('GET', `/passengers/${id}`)).body).toMatchObject({ [REPLACED]: REPLACED });
  });
});

describe('text that is not well-formed Unicode', () => {
  it('is the same in the name of an attribute, its path and a search', async () => {
    const [user = ''] = await users('user');
    const value = someone('value');
    await call('POST', `/ctx/${user}/attributes`, { [LONE]: value });
    expect((await call('GET', `/ctx/${user}/attributes`)).body).toEqual({ [REPLACED]: value });
    const name = encodeURIComponent(REPLACED);
    expect((await call('GET', `/ctx/${user}/attributes/${name}`)).body).toEqual(value);
    expect((await call('GET', `/ctx?${name}=${value}`)).body).toMatchObject([{ id: user }]);
    // Bytes of a lone surrogate, which are not UTF-8, become one replacement character each.
    expect(await call('GET', `/ctx/${user}/attributes/%ED%A0%80`)).toMatchObject({ status: 404 });
    expect(await call('GET', '/ctx?x=%ED%A0%80')).toMatchObject({ status: 200, body: [] });
  });

  it('is the same in a user name, and in the login by it', async () => {
    const username = someone(`name${LONE}`);
    const password = 'correct horse';
    const made = await call('POST', '/2.0/users', { username, password });
    expect(made).toMatchObject({ status: 201, body: { username: username.toWellFormed() } });
    expect(await call('POST', '/2.0/users', { username: username.toWellFormed(), password })).toMatchObject({
      status: 409,
    });
    const device = await Device.login('4.8.4', system.origin, { username, password });
    expect(await device.loggedIn()).toBe(Object(made.body).objectId);
  });

  it('is the same in a device token', async () => {
    const token = `fcm:${someone()}`;
    const made = await call('POST', '/2.0/installations', { deviceType: 'android', deviceToken: token + LONE });
    const { objectId } = Object(made.body);
    expect((await call('GET', `/2.0/installations/${objectId}`)).body).toMatchObject({ deviceToken: token + REPLACED });
  });
});
