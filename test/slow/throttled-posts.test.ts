import { expect, it } from 'vitest';
import { disconnect } from '../support/disconnect.ts';
import { macaw, someone } from '../support/macaw.ts';
import { connectAll, framesWith } from '../support/raw-clients.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { create } = testApi(system);

it('a message reaches everybody once, however many of its posts are refused at first', async () => {
  const users = Array.from({ length: 120 }, () => someone('online'));
  const [speaker, ...others] = await connectAll(system.origin, users);
  if (!speaker) throw new Error('Nobody is there');
  const id = await create('room', { members: users });
  await system.cloud.settled();
  const refused = others.filter((_, n) => n % 2 === 0);
  for (const client of refused) system.cloud.failPosts(client.connectionId, 429, 2);
  const mark = system.cloud.calls.mark();
  speaker.send(`42/chat,1${JSON.stringify(['say', { to: { id, type: 2 }, content: { media: 0, body: 'to all' } }])}`);
  await speaker.until((frame) => frame.startsWith('43/chat,1'));
  await system.cloud.settled();
  expect(others.map((client) => framesWith(client, '["message"'))).toEqual(others.map(() => 1));
  const posts = system.cloud.calls
    .since(mark)
    .flatMap((entry) => (entry.service === 'execute-api' && 'status' in entry ? [entry.status] : []));
  expect(posts.filter((status) => status === 429)).toHaveLength(2 * refused.length);
  // Nothing else retries: each throttled post is retried once.
  expect(posts.filter((status) => status === 200)).toHaveLength(others.length + 1);
  await disconnect(system.cloud, speaker, ...others);
}, 120_000);
