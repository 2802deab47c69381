import * as own from '../../functions/gateway/connections.ts';
import * as sdk from './sdk-posts.ts';

/** Posts with both clients in turns, and sends the CPU time of each. Its arguments are the rounds and their posts. */
const [rounds = 0, posts = 0] = process.argv.slice(2).map(Number);

/** Concurrent posts, as in a shard. */
const AT_ONCE = 50;
const FRAME = `42/chat,${JSON.stringify(['message', { id: 'x'.repeat(24), content: { media: 0, body: 'y'.repeat(200) } }])}`;

/** The CPU time of one post in ms. */
async function cpuOf(post: (connectionId: string, frame: string) => Promise<string>): Promise<number> {
  const before = process.cpuUsage();
  let left = posts;
  const worker = async () => {
    while (left-- > 0) {
      if ((await post(`L0SM9cOF${left}cCIhw=`, FRAME)) !== 'sent') throw new Error('The server accepts every post');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / posts;
}

const fastest = { sdk: Number.POSITIVE_INFINITY, own: Number.POSITIVE_INFINITY };
for (let round = -1; round < rounds; round++) {
  const times = { sdk: await cpuOf(sdk.post), own: await cpuOf(own.tryPost) };
  // The first round compiles the code and opens connections. Other processes disturb the fastest round least.
  if (round < 0) continue;
  fastest.sdk = Math.min(fastest.sdk, times.sdk);
  fastest.own = Math.min(fastest.own, times.own);
}
process.send?.(fastest);
process.disconnect();
