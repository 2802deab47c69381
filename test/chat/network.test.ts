import { describe, expect, it } from 'vitest';
import { Device, text } from '../support/device.ts';
import { befriend, macaw, someone } from '../support/macaw.ts';

const system = macaw();

const login = (client: string) => Device.login('4.8.4', system.origin, client);

async function friends() {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  return { jerry, toms: await login(tom), jerrys: await login(jerry) };
}

describe('connections to AWS that were closed while functions were frozen', () => {
  it('cost neither handshakes nor messages', async () => {
    const { jerry, toms, jerrys } = await friends();
    for (let n = 0; n < 3; n++) {
      await system.cloud.settled();
      system.cloud.freeze();
      await toms.say(text(jerry, `message ${n}`));
      expect(await jerrys.messages.at(n)).toMatchObject({ content: { body: `message ${n}` } });
      system.cloud.freeze();
      (await login(someone())).close();
    }
  });
});
