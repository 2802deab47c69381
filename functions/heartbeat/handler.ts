import * as z from 'zod/mini';
import { PING_INTERVAL_MS } from '../chat/heartbeat-times.ts';
import { HEARTBEAT_SHARDS } from '../constants.ts';
import { post } from '../gateway/connections.ts';
import { PING } from '../protocol/index.ts';
import { duePings, schedulePing, unregister } from '../store/connections.ts';

/** The schedule's period: who becomes due before the next run is pinged in this one. */
const PERIOD_MS = 60_000;

/** How many connections of a shard are pinged at once. */
const AT_ONCE = 50;

/** What EventBridge sends: the moment that the schedule means, which a late invocation is behind. */
const Event = z.object({ time: z.string().check(z.iso.datetime()) });

/** Pings the Socket.IO 3 and 4 clients that are due; those of before ping by themselves. */
export async function handler(event: unknown): Promise<void> {
  const now = Date.parse(Event.parse(event).time);
  await Promise.all(Array.from({ length: HEARTBEAT_SHARDS }, (_, shard) => pingShard(shard, now)));
}

async function pingShard(shard: number, now: number): Promise<void> {
  const due = duePings(shard, now + PERIOD_MS);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for await (const connectionId of due) await ping(connectionId, now).catch(console.error);
    }),
  );
}

async function ping(connectionId: string, now: number): Promise<void> {
  if ((await post(connectionId, PING)) === 'gone') return unregister(connectionId);
  await schedulePing(connectionId, now + PING_INTERVAL_MS);
}
