import { describe, expect, it } from 'vitest';
import { text } from '../support/device.ts';
import { macaw, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { friends, login } = testApi(system);

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
