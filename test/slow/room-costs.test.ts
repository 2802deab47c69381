import { expect, it } from 'vitest';
import { disconnect } from '../support/disconnect.ts';
import { macaw, someone } from '../support/macaw.ts';
import { connectAll, costOfMessage } from '../support/raw-clients.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { create, login } = testApi(system);

it('a message to a room of a thousand online takes twelve reads at most, no write, and one post each', async () => {
  const everybody = Array.from({ length: 1000 }, () => someone('member'));
  const clients = await connectAll(system.origin, everybody);
  const [tom = ''] = everybody;
  const id = await create('room', { members: everybody });
  const { reads, writes, posts, calls } = await costOfMessage(system.cloud, await login(tom), { id, type: 2 }, clients);
  expect(reads).toBeLessThanOrEqual(12);
  expect(writes).toBe(0);
  // One for each connection, including the sender's other one, and one for the acknowledgement.
  expect(posts).toBe(1001);
  expect(Object.keys(calls).sort()).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:Query',
    'execute-api:PostToConnection',
    'lambda:Invoke',
  ]);
  await disconnect(system.cloud, ...clients);
}, 180_000);
