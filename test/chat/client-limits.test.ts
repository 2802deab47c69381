// @module-tag slow

import { describe, expect, it } from 'vitest';
import { CLIENT_VERSIONS, type ClientVersion, nextEvent, SWIFT } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { befriend, macaw, someone } from '../support/macaw.ts';

const system = macaw();

/** The close event of the WebSocket that a client uses now. */
function closed(device: Device): Promise<{ code: number; reason: string }> {
  const { ws } = Object(Object(device.client).io).engine.transport;
  return new Promise((resolve) => {
    ws.addEventListener('close', (event: { code: number; reason: string }) =>
      resolve({ code: event.code, reason: event.reason }),
    );
  });
}

async function pair(version: ClientVersion) {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const [toms, jerrys] = await Promise.all([tom, jerry].map((user) => Device.login(version, system.origin, user)));
  if (!toms || !jerrys) throw new Error('Expected two devices');
  return { jerry, toms, jerrys };
}

const LONG = 'x'.repeat(33 * 1024);

describe.each(CLIENT_VERSIONS)('a client %s', (version) => {
  it.each([
    ['a frame of more than 32 KB', LONG, [1009]],
    // API Gateway closes with 1003 at the binary frame, Macaw with 1000 at the packet before it: the first one wins.
    ['a Buffer', Buffer.from([1, 2, 3]), [1003, 1000]],
  ])('that sends %s is disconnected, and reconnects', async (_what, body, codes) => {
    const { jerry, toms, jerrys } = await pair(version);
    const close = closed(toms);
    const disconnected = nextEvent(toms.client, 'disconnect');
    const answers: unknown[] = [];
    toms.client.emit('say', { to: { id: jerry, type: 0 }, content: { media: 0, body } }, (answer: unknown) =>
      answers.push(answer),
    );
    expect(codes).toContain((await close).code);
    expect((await disconnected)[0]).toBe('transport close');
    expect(answers).toEqual([]);
    await toms.logins.at(1);
    expect(await toms.say(text(jerry, 'hi'))).toMatchObject({ success: true });
    expect(await jerrys.messages.at()).toMatchObject({ content: { body: 'hi' } });
  });
});

it('a client for Swift 8 that sends a frame of more than 32 KB learns of it by `reconnect`, and logs in again', async () => {
  const { jerry, toms, jerrys } = await pair(SWIFT);
  const reconnect = nextEvent(toms.client, 'reconnect');
  const answers: unknown[] = [];
  toms.client.emit('say', text(jerry, LONG), (answer: unknown) => answers.push(answer));
  expect(await reconnect).toEqual([expect.any(String)]);
  await toms.logins.at(1, 20_000);
  expect(toms.disconnects.received).toEqual([]);
  expect(answers).toEqual([]);
  expect(await toms.say(text(jerry, 'hi'))).toMatchObject({ success: true });
  expect(await jerrys.messages.at()).toMatchObject({ content: { body: 'hi' } });
}, 30_000);
