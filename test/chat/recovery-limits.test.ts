import { afterEach, describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { macaw, someone } from '../support/macaw.ts';
import { closeTravellers, later, Traveller } from '../support/traveller.ts';

afterEach(() => closeTravellers());

describe.each([
  ['idle', { idleMs: 6000 }],
  ['lifetime', { lifetimeMs: 9000 }],
])("a stock client that API Gateway's %s limit cuts off", (_, limits) => {
  const system = macaw({ limits });

  it('comes back by itself, and has missed nothing', async () => {
    const jerry = someone('jerry');
    const speak = async (body: string) => {
      const toms = await Device.login('1.4.8', system.origin, someone('tom'));
      await toms.say(text('', body, { to: { id: jerry, type: 4 } }));
      toms.close();
    };
    const reconnecting = { reconnection: true, reconnectionDelay: 4000, randomizationFactor: 0 };
    const device = await Traveller.login(system.cloud, { client: jerry }, { options: reconnecting });
    const cut = new Promise((resolve) => device.socket.once('disconnect', resolve));
    await later();
    await speak('one');
    await device.until('message one');
    expect(await cut).toBe('transport close');
    await later();
    await speak('two');
    await device.until('message two');
    expect(device.socket.recovered).toBe(true);
    expect(device.told).toEqual(['message one', 'message two']);
  }, 60_000);
});
