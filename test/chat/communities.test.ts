import { describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS } from '../support/clients.ts';
import { cost } from '../support/cost.ts';
import { Device } from '../support/device.ts';
import { macaw, someone } from '../support/macaw.ts';
import { connectAll, costOfMessage } from '../support/raw-clients.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { call, users, create, login } = testApi(system);

describe.each([
  ['group', 1],
  ['room', 2],
] as const)('a message to a %s', (kind, type) => {
  const make = (owner: string, others: string[]) =>
    create(kind, kind === 'group' ? { owner, members: others } : { members: [owner, ...others] });

  it.each(CLIENT_VERSIONS)(
    'reaches every device of every member, whatever its generation, and yourself (%s)',
    async (version) => {
      const [tom = '', jerry = '', butch = ''] = await users('tom', 'jerry', 'butch');
      const id = await make(tom, [jerry, butch]);
      const [toms, tablet, phone, laptop, butchs] = await Promise.all(
        [tom, tom, jerry, jerry, butch].map((user) => Device.login(version, system.origin, user)),
      );
      if (!toms || !tablet || !phone || !laptop || !butchs) throw new Error('Not everybody is there');
      const said = (await toms.say({
        to: { id, type },
        content: { media: 1, body: 'https://x/y.png' },
        remark: 'r',
        ack: 3,
      })) as { ts: number };
      expect(said).toMatchObject({ success: true, ack: 3 });
      for (const device of [phone, laptop, butchs]) {
        expect(await device.messages.at()).toMatchObject({
          from: { id: tom, type, gid: id },
          content: { media: 1, body: 'https://x/y.png' },
          remark: 'r',
          ts: said.ts,
        });
      }
      expect(await tablet.yourselves.at()).toMatchObject({ to: { id, type }, content: { media: 1 } });
      expect(await toms.acks.at()).toEqual({ ack: 3, ts: said.ts });
      await system.cloud.settled();
      expect([toms.messages.received, toms.yourselves.received, tablet.messages.received]).toEqual([[], [], []]);
    },
  );

  it('is rejected for non-members, and for a missing community', async () => {
    const [tom = '', jerry = ''] = await users('tom', 'jerry');
    const id = await make(tom, []);
    const jerrys = await login(jerry);
    expect(await jerrys.say({ to: { id, type }, content: { body: 'x' } })).toMatchObject({
      success: false,
      error: 5003,
    });
    expect(await jerrys.say({ to: { id: someone(kind), type }, content: { body: 'x' } })).toMatchObject({
      success: false,
      error: 5004,
    });
  });
});

it('rooms keep nothing', async () => {
  const [tom = '', jerry = ''] = await users('tom', 'jerry');
  const id = await create('room', { members: [tom, jerry] });
  const toms = await login(tom);
  const { writeUnits } = await cost(system.cloud, () =>
    toms.say({ to: { id, type: 2 }, content: { body: 'gone with the wind' } }),
  );
  expect(writeUnits).toBe(0);
  expect((await call('GET', `/rooms/${id}/chats`)).status).toBe(404);
});

describe('a system message', () => {
  const body = { content: { media: 0, body: 'maintenance at noon' }, remark: 'r', push: { enable: false } };
  const expected = expect.objectContaining({
    content: { media: 0, body: 'maintenance at noon' },
    remark: 'r',
    ts: expect.any(Number),
  });

  it.each(['user', 'group', 'room'] as const)('to a %s reaches its devices as sys, and nobody else', async (kind) => {
    const [tom = '', jerry = '', outsider = ''] = await users('tom', 'jerry', 'outsider');
    const id = kind === 'user' ? jerry : await create(kind, { owner: tom, members: [jerry] });
    const [phone, laptop, others] = await Promise.all([login(jerry), login(jerry), login(outsider)]);
    const path = kind === 'user' ? `/system/${id}` : `/system/${id}?${kind}`;
    expect((await call('POST', path, body)).status).toBe(202);
    expect(await phone.systems.at()).toEqual(expected);
    expect(await laptop.systems.at()).toEqual(expected);
    await system.cloud.settled();
    expect(others.systems.received).toEqual([]);
  });

  it('to everybody reaches everybody who is online', async () => {
    const devices = await Promise.all([...(await users('tom', 'jerry')), { passenger: {} }].map(login));
    expect((await call('POST', '/system', body)).status).toBe(202);
    for (const device of devices) expect(await device.systems.at()).toEqual(expected);
  });

  it.each([
    ['/system/nobody', body, 404, 5004],
    ['/system/nobody?group', body, 404, 5004],
    ['/system', {}, 400, 5001],
    ['/system', { content: { body: 5 } }, 400, 5001],
    ['/system', { content: { body: 'x'.repeat(29 * 1024) } }, 413, 5010],
  ])('to %s with %j is refused', async (path, message, status, errorCode) => {
    expect(await call('POST', path, message)).toMatchObject({ status, body: { errorCode } });
  });
});

it('a message to a group of fifty online takes three reads at most, two writes, and one post each', {
  tags: 'slow',
}, async () => {
  const [tom = '', ...others] = await users('tom', ...Array.from({ length: 49 }, () => 'member'));
  const id = await create('group', { owner: tom, members: others });
  const clients = await connectAll(system.origin, others);
  const { reads, writes, posts } = await costOfMessage(system.cloud, await login(tom), { id, type: 1 }, clients);
  expect(reads).toBeLessThanOrEqual(3);
  // The message, and the head of the conversation.
  expect(writes).toBe(2);
  // One for each member, and one for the acknowledgement.
  expect(posts).toBe(50);
  for (const client of clients) client.close();
});
