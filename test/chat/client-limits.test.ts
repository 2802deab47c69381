import { describe, expect, it } from 'vitest';
import { type ClientVersion, nextEvent } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { befriend, macaw, someone } from '../support/macaw.ts';

const system = macaw();

const VERSIONS = ['1.4.8', '2.5.0', '4.8.4'] as const satisfies ClientVersion[];

/** The close event of the WebSocket that a client uses now. */
function closed(device: Device): Promise<{ code: number; reason: string }> {
  const { ws } = Object(Object(device.client).io).engine.transport;
  return new Promise((resolve) => {
    ws.addEventListener('close', (event: { code: number; reason: string }) =>
      resolve({ code: event.code, reason: event.reason }),
    );
  });
}

describe.each(VERSIONS)('a client %s', (version) => {
  async function pair() {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [toms, jerrys] = await Promise.all([tom, jerry].map((user) => Device.login(version, system.origin, user)));
    if (!toms || !jerrys) throw new Error('Expected two devices');
    return { jerry, toms, jerrys };
  }

  it.each([
    ['a frame of more than 32 KB', 'x'.repeat(33 * 1024), 1009],
    ['a Buffer', Buffer.from([1, 2, 3]), 1003],
  ])('that sends %s is disconnected, and reconnects', async (_what, body, code) => {
    const { jerry, toms, jerrys } = await pair();
    const close = closed(toms);
    const disconnected = nextEvent(toms.client, 'disconnect');
    const answers: unknown[] = [];
    toms.client.emit('say', { to: { id: jerry, type: 0 }, content: { media: 0, body } }, (answer: unknown) =>
      answers.push(answer),
    );
    expect((await close).code).toBe(code);
    expect((await disconnected)[0]).toBe('transport close');
    expect(answers).toEqual([]);
    await toms.logins.at(1);
    expect(await toms.say(text(jerry, 'hi'))).toMatchObject({ success: true });
    expect(await jerrys.messages.at()).toMatchObject({ content: { body: 'hi' } });
  });
});
