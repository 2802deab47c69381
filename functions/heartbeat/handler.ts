import * as z from 'zod/mini';
import { deliver } from '../chat/delivery.ts';
import { HEARTBEAT } from '../chat/heartbeat-times.ts';
import { CONNECTION_SHARDS } from '../constants.ts';
import { observed } from '../observe/observed.ts';
import { nextBeatAt, PING } from '../protocol/index.ts';
import { duePings, schedulePing } from '../store/connections.ts';

/** The schedule's period: who becomes due before the next run is pinged in this one. */
const PERIOD_MS = 60_000;

/** What EventBridge sends: the moment that the schedule means, which a late invocation is behind. */
const Event = z.object({ time: z.string().check(z.iso.datetime()) });

/** Pings the Socket.IO 3 and 4 clients that are due; those of before ping by themselves. */
export const handler = observed(async (event: unknown): Promise<void> => {
  const now = Date.parse(Event.parse(event).time);
  await Promise.all(Array.from({ length: CONNECTION_SHARDS }, (_, shard) => pingShard(shard, now)));
});

async function pingShard(shard: number, now: number): Promise<void> {
  const next = nextBeatAt(4, { heardAt: now, pingedAt: now }, HEARTBEAT);
  await deliver(duePings(shard, now + PERIOD_MS), PING, ({ connectionId }) => schedulePing(connectionId, next));
}
