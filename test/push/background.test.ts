import { beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS, type ClientVersion, emitWithAck } from '../support/clients.ts';
import { cost } from '../support/cost.ts';
import { Device, text } from '../support/device.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, befriend, macaw, rest, someone } from '../support/macaw.ts';
import { opened, telephones } from '../support/phone.ts';

const system = macaw({ retryDelayMs: () => 1 });
const { ask, credentials, install, pushesTo } = telephones(system);

beforeAll(() => credentials());

const DONE = [{ success: true }];
const send = ({ client }: Device, state: 'background' | 'foreground') => emitWithAck(client, state, []);

/** Two friends who are online; one of them on a telephone. */
async function friends(version: ClientVersion = '4.8.4') {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const phone = await install();
  const before = new Set(system.cloud.connections());
  const jerrys = await Device.login(version, system.origin, { client: jerry, install: phone.install });
  const connection = system.cloud.connections().find((id) => !before.has(id)) ?? '';
  const toms = await Device.login('4.8.4', system.origin, tom);
  return { tom, jerry, phone, jerrys, toms, connection };
}

describe.each(CLIENT_VERSIONS)('an app with socket.io-client %s', (version) => {
  it('gets messages by push, too, while it is in the background, and only then', async () => {
    const { jerry, phone, jerrys, toms } = await friends(version);
    await toms.say(text(jerry, 'before'));
    expect(await send(jerrys, 'background')).toEqual(DONE);
    await toms.say(text(jerry, 'meanwhile'));
    const pushes = await pushesTo(phone);
    expect(pushes.map((push) => opened(push).aps.alert)).toEqual(['meanwhile']);
    expect(await send(jerrys, 'foreground')).toEqual(DONE);
    await toms.say(text(jerry, 'after'));
    expect(await pushesTo(phone)).toHaveLength(1);
    const received = (await jerrys.messages.count(3)).map((message) => Object(message).content.body);
    expect(received).toEqual(['before', 'meanwhile', 'after']);
  });
});

describe('a user whose app is in the background', () => {
  it('gets no push while another of their devices is in the foreground', async () => {
    const { jerry, phone, jerrys, toms } = await friends();
    const tablet = await Device.login('1.4.8', system.origin, jerry);
    await send(jerrys, 'background');
    await toms.say(text(jerry, 'one'));
    expect(await pushesTo(phone)).toEqual([]);
    await send(tablet, 'background');
    await toms.say(text(jerry, 'two'));
    expect(await pushesTo(phone)).toHaveLength(1);
  });

  it('is in the foreground when they connect again', async () => {
    const { jerry, phone, jerrys, toms } = await friends();
    await send(jerrys, 'background');
    await disconnect(system.cloud, jerrys);
    await Device.login('4.8.4', system.origin, jerry);
    await toms.say(text(jerry, 'hello'));
    expect(await pushesTo(phone)).toEqual([]);
  });

  it('gets one push for a message, also when the connection turns out to be gone', async () => {
    const { jerry, phone, jerrys, toms, connection } = await friends();
    await send(jerrys, 'background');
    jerrys.client.on('disconnect', () => jerrys.close());
    system.cloud.drop(connection);
    await toms.say(text(jerry, 'hello'));
    expect(await pushesTo(phone)).toHaveLength(1);
  });

  it('gets pushes of groups and of the application, none of rooms, and stays online', async () => {
    const { tom, jerry, phone, jerrys, toms } = await friends();
    const members = [tom, jerry];
    const group = String((await ask('POST', '/groups', { owner: tom, members: [jerry] })).body);
    const room = String((await ask('POST', '/rooms', { members })).body);
    await send(jerrys, 'background');
    await toms.say({ to: { id: room, type: 2 }, content: { media: 0, body: 'room' } });
    await toms.say({ to: { id: group, type: 1 }, content: { media: 0, body: 'group' } });
    await pushesTo(phone);
    await ask('POST', `/system/${jerry}`, { content: { media: 0, body: 'system' } });
    const pushes = await pushesTo(phone);
    expect(pushes.map((push) => opened(push).aps.alert)).toEqual(['group', 'system']);
    await jerrys.systems.at();
    const headers = { 'X-ML-AppId': app.id };
    expect((await rest(system.origin, 'GET', `/ctx/${jerry}`, { headers })).body).toMatchObject({ sessions: 1 });
  });

  it('tells so by one write, and messages to them cost no more calls than to somebody offline', async () => {
    const { jerry, jerrys, toms } = await friends();
    const { calls } = await cost(system.cloud, () => send(jerrys, 'background'));
    expect(calls).toEqual({ 'dynamodb:UpdateItem': 1, 'execute-api:PostToConnection': 1 });
    const said = await cost(system.cloud, () => toms.say(text(jerry, 'hello')));
    expect(said.calls).toMatchObject({ 'dynamodb:BatchGetItem': 2, 'dynamodb:PutItem': 1, 'lambda:Invoke': 1 });
  });
});
