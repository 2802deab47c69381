import { describe, expect, it } from 'vitest';
import { text } from '../support/device.ts';
import { macaw } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { friends } = testApi(system);

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
