import { describe, expect, it } from 'vitest';
import { emitWithAck } from '../support/clients.ts';
import { Inbox } from '../support/collect.ts';
import { cost } from '../support/cost.ts';
import { database } from '../support/database.ts';
import { app, befriend, credentials, rest, someone } from '../support/demo-app.ts';
import { Device, text } from '../support/device.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({ 'no-receipts': { receipts: false } }));
const { users, create, call } = testApi(system);
const idOf = (answer: unknown) => String(Object(answer).id);

/** A device, and the `read` events that it receives. */
async function reader(login: string | Record<string, unknown>, app?: string) {
  const who = typeof login === 'string' ? { client: login } : login;
  const query = { auth: JSON.stringify({ ...credentials(who), ...(app && { app }) }) };
  const device = new Device('4.8.4', system.origin, { query });
  const reads = new Inbox(device.client, 'read');
  await device.loggedIn();
  const read = async (to: string, type: number, upTo: unknown) =>
    (await emitWithAck(device.client, 'read', [{ to: { id: to, type }, upTo }]))[0];
  return { device, reads, read };
}

describe('the event read', () => {
  it('reaches the other devices of the reader, and the friend as a receipt, once', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const [phone, tablet, jerrys] = await Promise.all([reader(tom), reader(tom), reader(jerry)]);
    const first = idOf(await jerrys.device.say(text(tom, 'one')));
    const upTo = idOf(await jerrys.device.say(text(tom, 'two')));
    expect(await phone.read(jerry, 0, upTo)).toEqual({ success: true });
    expect(await phone.read(jerry, 0, upTo)).toEqual({ success: true });
    expect(await phone.read(jerry, 0, first)).toEqual({ success: true });
    await system.cloud.settled();
    expect(tablet.reads.received).toEqual([{ to: { id: jerry, type: 0 }, upTo }]);
    expect(jerrys.reads.received).toEqual([{ from: { id: tom, type: 0 }, upTo }]);
    expect(phone.reads.received).toEqual([]);
    expect((await call('GET', `/ctx/${tom}/unread`)).body).toEqual({ unread: 0 });
  });

  it('takes one read, one write and a post per device', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const [phone, , jerrys] = await Promise.all([reader(tom), reader(tom), reader(jerry)]);
    await phone.read(jerry, 0, idOf(await jerrys.device.say(text(tom, 'one'))));
    const upTo = idOf(await jerrys.device.say(text(tom, 'two')));
    const { calls } = await cost(system.cloud, async () => {
      phone.device.client.emit('read', { to: { id: jerry, type: 0 }, upTo });
      await jerrys.reads.count(2);
    });
    // An instance of the function reads the application once per minute.
    const { 'dynamodb:GetItem': _, ...others } = calls;
    expect(others).toEqual({
      'dynamodb:BatchGetItem': 1,
      'dynamodb:UpdateItem': 1,
      'execute-api:PostToConnection': 2,
    });
  });

  it('works between visitors and users, and between strangers', async () => {
    const [tom = '', butch = ''] = await users('tom', 'butch');
    const [toms, butchs, visitor] = await Promise.all([reader(tom), reader(butch), reader({ passenger: {} })]);
    const pid = await visitor.device.loggedIn();
    const asked = idOf(await visitor.device.say({ to: { id: tom }, content: { body: 'hello' } }));
    expect(await toms.read(pid, 3, asked)).toEqual({ success: true });
    expect(await visitor.reads.at()).toEqual({ from: { id: tom, type: 0 }, upTo: asked });
    const answered = idOf(await toms.device.say({ to: { id: pid, type: 3 }, content: { body: 'yes' } }));
    expect(await visitor.read(tom, 0, answered)).toEqual({ success: true });
    expect(await toms.reads.at()).toEqual({ from: { id: pid, type: 3 }, upTo: answered });
    const strange = idOf(await butchs.device.say({ to: { id: tom, type: 4 }, content: { body: 'you?' } }));
    expect(await toms.read(butch, 4, strange)).toEqual({ success: true });
    expect(await butchs.reads.at()).toEqual({ from: { id: tom, type: 4 }, upTo: strange });
    await rest(system.origin, 'PUT', `/ctx/${tom}/conversations/visitor/${pid}/read`, { body: { upTo: answered } });
    expect(await visitor.reads.at(1)).toEqual({ from: { id: tom, type: 0 }, upTo: answered });
  });

  it('in a group notifies nobody else; members read how far each has read', async () => {
    const [tom = '', jerry = '', spike = ''] = await users('tom', 'jerry', 'spike');
    const group = await create('group', { owner: tom, members: [jerry, spike] });
    const [toms, jerrys] = await Promise.all([reader(tom), reader(jerry)]);
    const upTo = idOf(await toms.device.say({ to: { id: group, type: 1 }, content: { body: 'all' } }));
    expect(await jerrys.read(group, 1, upTo)).toEqual({ success: true });
    expect((await call('GET', `/groups/${group}/reads`)).body).toEqual([{ id: jerry, upTo }]);
    await system.cloud.settled();
    expect(toms.reads.received).toEqual([]);
    await call('DELETE', `/groups/${group}/members/${jerry}`);
    expect((await call('GET', `/groups/${group}/reads`)).body).toEqual([]);
    expect(await jerrys.read(group, 1, upTo)).toMatchObject({ success: false, error: 5004 });
  });

  it('in a group reaches the speakers who asked for receipts, once per second', async () => {
    const [tom = '', jerry = '', spike = ''] = await users('tom', 'jerry', 'spike');
    const group = await create('group', { owner: tom, members: [jerry, spike] });
    const [toms, jerrys, spikes] = await Promise.all([reader(tom), reader(jerry), reader(spike)]);
    const send = (body: string, receipt: boolean) =>
      toms.device.say({ to: { id: group, type: 1 }, content: { body }, receipt });
    await send('important', true);
    const upTo = idOf(await send('ordinary', false));
    expect(await jerrys.read(group, 1, upTo)).toEqual({ success: true });
    expect(await toms.reads.at()).toEqual({ from: { id: jerry, type: 1, gid: group }, upTo });
    expect(await spikes.read(group, 1, upTo)).toEqual({ success: true });
    await system.cloud.settled();
    expect(toms.reads.received).toHaveLength(1);
    expect(spikes.reads.received).toEqual([]);
    const next = idOf(await send('ordinary', false));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(await jerrys.read(group, 1, next)).toEqual({ success: true });
    await system.cloud.settled();
    expect(toms.reads.received).toHaveLength(1);
  });

  it.each(['the reader', 'the other', 'the application'])('sends no receipt if %s turns them off', async (who) => {
    const app = who === 'the application' ? 'no-receipts' : undefined;
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const headers: Record<string, string> = app ? { 'X-ML-AppId': app } : {};
    await rest(system.origin, 'POST', `/ctx/${tom}/friends/${jerry}`, { headers });
    if (!app) {
      const off = who === 'the reader' ? tom : jerry;
      expect((await call('PUT', `/ctx/${off}/receipts`, { enabled: false })).status).toBe(204);
    }
    const [phone, tablet, jerrys] = await Promise.all([reader(tom, app), reader(tom, app), reader(jerry, app)]);
    const upTo = idOf(await jerrys.device.say(text(tom, 'one')));
    expect(await phone.read(jerry, 0, upTo)).toEqual({ success: true });
    await tablet.reads.at();
    await system.cloud.settled();
    expect(jerrys.reads.received).toEqual([]);
  });

  it.each(['the reader', 'the other', 'the application'])(
    'is hidden in a group if %s turns receipts off',
    async (who) => {
      const id = who === 'the application' ? 'no-receipts' : undefined;
      const headers: Record<string, string> = id ? { 'X-ML-AppId': id } : {};
      const [tom, jerry] = [someone('tom'), someone('jerry')];
      const [toms, jerrys] = await Promise.all([reader(tom, id), reader(jerry, id)]);
      const master = { ...headers, 'X-ML-MasterKey': app.masterKey };
      const issued = await rest(system.origin, 'POST', '/2.0/tokens', { headers: master, body: { id: jerry } });
      const token = { ...headers, 'X-ML-APIKey': '', 'X-ML-Session-Token': String(Object(issued.body).token) };
      const made = await rest(system.origin, 'POST', '/groups', { headers, body: { owner: tom, members: [jerry] } });
      const group = String(made.body);
      const say = (body: string) => jerrys.device.say({ to: { id: group, type: 1 }, content: { body }, receipt: true });
      const read = async () => (await rest(system.origin, 'GET', `/groups/${group}/reads`, { headers: token })).body;
      const first = idOf(await say('one'));
      expect(await toms.read(group, 1, first)).toEqual({ success: true });
      const known = id ? [] : [{ id: tom, upTo: first }];
      expect(await read()).toEqual(known);
      if (!id) await call('PUT', `/ctx/${who === 'the reader' ? tom : jerry}/receipts`, { enabled: false });
      expect(await toms.read(group, 1, idOf(await say('two')))).toEqual({ success: true });
      expect(await read()).toEqual(who === 'the reader' ? known : []);
    },
  );

  it.each([
    ['no message id', 0, 'yesterday', 5001],
    ['a message that there is not', 0, '01767225600000-0000000000000001-9f2b61c0', 5004],
    ['a room', 2, '01767225600000-0000000000000001-9f2b61c0', 5009],
  ])('is refused for %s', async (_, type, upTo, error) => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    await befriend(system.origin, tom, jerry);
    const { read } = await reader(tom);
    expect(await read(jerry, type, upTo)).toMatchObject({ success: false, error });
  });
});
