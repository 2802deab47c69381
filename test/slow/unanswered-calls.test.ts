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

describe('calls of AWS that are never answered', () => {
  it.each(['dynamodb', 'execute-api'] as const)(
    'are given up and made again (%s)',
    async (service) => {
      const { jerry, toms, jerrys } = await friends();
      await system.cloud.settled();
      system.cloud.hang(service, 1);
      // The first attempt takes the whole timeout of 10 s.
      await toms.say(text(jerry, 'late'), 20_000);
      expect(await jerrys.messages.at(0, 20_000)).toMatchObject({ content: { body: 'late' } });
    },
    30_000,
  );
});
