import { beforeAll, describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { opened, type Phone, telephones } from '../support/phone.ts';
import { RawClient } from '../support/raw.ts';

/** Delays of the next invocations of `$disconnect` in ms. */
const delays: number[] = [];
const system = macaw({
  retryDelayMs: () => 1,
  invocationDelayMs: (functionId) => (functionId.startsWith('Disconnect') ? (delays.shift() ?? 0) : 0),
});
const phones = telephones(system);

beforeAll(() => phones.credentials());

const MINUTE = 60_000;

/** Jerry on a phone whose client answers no pings, and Tom. */
async function friends(EIO: '3' | '4' = '4') {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  await rest(system.origin, 'POST', '/groups', { body: { owner: tom, members: [jerry] } });
  const phone = await phones.install();
  const auth = JSON.stringify(credentials({ client: jerry, install: phone.install }));
  const jerrys = await RawClient.connect(system.origin, { EIO, transport: 'websocket', auth });
  await jerrys.until((frame) => frame.includes('"login"'));
  const toms = await Device.login('4.8.4', system.origin, tom);
  const say = async (body: string, more: Record<string, unknown> = {}) => {
    expect(await toms.say(text(jerry, body, more))).toMatchObject({ success: true });
    await system.cloud.settled();
  };
  return { tom, jerry, phone, jerrys, toms, say, id: jerrys.connectionId };
}

const alerts = async (phone: Phone) => (await phones.pushesTo(phone)).map((push) => opened(push).aps.alert);

async function heartbeats(minutes: number): Promise<void> {
  const start = Date.now();
  for (let n = 1; n <= minutes; n++) {
    await system.cloud.invoke('Heartbeat', { time: new Date(start + n * MINUTE).toISOString() });
  }
  await system.cloud.settled();
}

describe('what was posted to a dead connection', () => {
  it('is pushed when a post finds it gone, each message once', { tags: 'slow' }, async () => {
    const { phone, say, id } = await friends();
    await say('one');
    await say('two', { push: { prefix: 'Tom: ' } });
    await say('silent', { push: { enable: false } });
    expect(await alerts(phone)).toEqual([]);
    system.cloud.drop(id);
    await say('three');
    expect((await alerts(phone)).sort()).toEqual(['Tom: two', 'one', 'three']);
    await say('four');
    expect(await alerts(phone)).toHaveLength(4);
  });

  it.each([
    ['3', 20],
    ['4', 9],
  ] as const)(
    'is pushed when the heartbeat finds the client silent (EIO=%s)',
    { tags: 'slow' },
    async (EIO, minutes) => {
      const { phone, say } = await friends(EIO);
      await say('unseen');
      await heartbeats(minutes);
      expect(await alerts(phone)).toEqual(['unseen']);
    },
  );

  it('is not pushed while another device is connected', async () => {
    const { jerry, phone, say, id } = await friends();
    await Device.login('4.8.4', system.origin, jerry);
    await say('seen');
    system.cloud.drop(id);
    await say('seen, too');
    expect(await alerts(phone)).toEqual([]);
  });

  it('is not pushed again if it was pushed because the app was in the background', { tags: 'slow' }, async () => {
    const { phone, say, id, jerrys } = await friends();
    jerrys.send('42/chat,1["background"]');
    await jerrys.until((frame) => frame.startsWith('43/chat,1'));
    await say('pushed');
    system.cloud.drop(id);
    await say('pushed, too');
    expect(await alerts(phone)).toEqual(['pushed', 'pushed, too']);
  });

  it('is not pushed if the client closed the connection, and the report is late', { tags: 'slow' }, async () => {
    const { phone, say, jerrys } = await friends();
    await say('seen');
    delays.push(400);
    jerrys.close();
    await jerrys.closed;
    await say('after the close');
    expect(await alerts(phone)).toEqual(['after the close']);
  });
});
