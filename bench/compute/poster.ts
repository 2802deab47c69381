import * as own from '../../functions/gateway/connections.ts';
import * as sdk from '../../functions/gateway/sdk-posts.ts';
import { cpuPerCall, fastestOf } from './in-turns.ts';

/** Posts with both clients in turns, and sends the CPU time of each. Its arguments are the rounds and their posts. */
const [rounds = 0, posts = 0] = process.argv.slice(2).map(Number);

/** Concurrent posts, as in a shard. */
const AT_ONCE = 50;
const FRAME = `42/chat,${JSON.stringify(['message', { id: 'x'.repeat(24), content: { media: 0, body: 'y'.repeat(200) } }])}`;

const post = { sdk: sdk.post, own: own.tryPost };

const fastest = await fastestOf(rounds, (client) =>
  cpuPerCall(posts, async () => {
    let left = posts;
    const worker = async () => {
      while (left-- > 0) {
        const outcome = await post[client](`L0SM9cOF${left}cCIhw=`, FRAME);
        if (outcome !== 'sent') throw new Error('The server accepts every post');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }),
);
process.send?.(fastest);
process.disconnect();
