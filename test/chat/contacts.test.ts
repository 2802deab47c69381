import { expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({}));
const { users, login } = testApi(system);

it('a message that is recorded after a later one of the receiver still counts as received', async () => {
  const [tom = '', jerry = ''] = await users('tom', 'jerry');
  const toms = await login(tom);
  const greet = () => toms.say({ to: { id: jerry, type: 4 }, content: { media: 0, body: 'hello' } });
  const contact = async () =>
    (await system.database.messages()).find(({ pk, sk }) => String(pk).endsWith(`${jerry}#contacts`) && sk === tom);
  await greet();
  const { received, ...later }: Record<string, unknown> = { ...(await contact()), ts: Date.now() + 60_000 };
  expect(received).toBeGreaterThan(0);
  await system.database.addMessages([later]);
  expect(await greet()).toMatchObject({ success: true });
  expect(await contact()).toMatchObject({ ts: later.ts, received: expect.any(Number) });
});
