import { describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, someone } from '../support/macaw.ts';
import { RawClient } from '../support/raw.ts';

const system = macaw();

async function connect(): Promise<RawClient> {
  const auth = JSON.stringify(credentials({ client: someone() }));
  const raw = await RawClient.connect(system.origin, { EIO: '4', transport: 'websocket', auth });
  await raw.until((frame) => frame.includes('"login"'));
  return raw;
}

describe('a frame that no client of Socket.IO sends ends the connection:', () => {
  it.each([
    ['longer than 32 KB', `42/chat,["say","${'x'.repeat(33 * 1024)}"]`, 1009],
    ['binary', Buffer.from([1, 2, 3]), 1003],
  ])('%s, by the gateway', async (_, frame, code) => {
    const raw = await connect();
    raw.send(frame);
    expect((await raw.closed).code).toBe(code);
  });

  it('not UTF-8, by the gateway', async () => {
    const raw = await connect();
    raw.socket.send(Buffer.from([0x34, 0xff, 0xfe]), { binary: false });
    expect((await raw.closed).code).toBe(1007);
  });

  it.each([
    ['no Engine.IO packet', '{"action":"say"}'],
    ['an Engine.IO packet of an unknown type', '9'],
    ['no Socket.IO packet', '4'],
    ['a Socket.IO packet of an unknown type', '49'],
    ['bad JSON', '42/chat,["say",{'],
    ['an event that is no list', '42/chat,{"a":1}'],
    ['an event without a name', '42/chat,[]'],
    ['an event for a namespace that was not joined', '42/elsewhere,["say"]'],
    ['a goodbye', '1'],
  ])('%s', async (_, frame) => {
    const raw = await connect();
    raw.send(frame);
    await raw.closed;
    expect(raw.frames.received.filter((received) => String(received).includes('Internal'))).toEqual([]);
  });
});

it('invalid frames of other clients do not affect a client', { tags: 'slow' }, async () => {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const [toms, jerrys] = await Promise.all([
    Device.login('4.8.4', system.origin, tom),
    Device.login('1.4.8', system.origin, jerry),
  ]);
  const bad = await Promise.all(Array.from({ length: 5 }, connect));
  for (const raw of bad) raw.send('garbage');
  await Promise.all(bad.map(({ closed }) => closed));
  await toms.say(text(jerry, 'still fine'));
  expect(await jerrys.messages.at()).toMatchObject({ content: { body: 'still fine' } });
  expect([toms.disconnects.received, jerrys.disconnects.received]).toEqual([[], []]);
});
