import * as z from 'zod/mini';
import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { checkConnection } from '../heartbeat/check-connection.ts';
import { throttled } from '../heartbeat/throttled.ts';
import { logger } from '../observe/logger.ts';
import { observed } from '../observe/observed.ts';
import { divideSlice, minuteAfter, minutesSince, Slice, slicesOf } from '../store/heartbeat-slice.ts';
import { advanceTo, dueIn } from '../store/heartbeats.ts';

/** How many connections one invocation attends to, in well under a minute. */
const MAX_PER_INVOCATION = 2000;

/** As many as the SDK keeps sockets for; a million connections then make about 6000 posts in a second. */
const PER_SECOND = 50;

/** What EventBridge sends: the moment that the schedule means, which a late invocation is behind. */
const Schedule = z.pipe(
  z.object({ time: z.string().check(z.iso.datetime()) }),
  z.transform(({ time }) => ({ time: Date.parse(time) })),
);

/** What the function hands over to itself; `now` is the moment of the schedule, epoch ms. */
const Job = z.object({ now: z.number(), slices: z.array(Slice) });

const Event = z.union([Job, Schedule]);

/** What a run of the schedule has to do. It never fails to do the minute that it is for, whatever the last run was. */
async function scheduled({ time }: z.output<typeof Schedule>): Promise<z.output<typeof Job>> {
  const next = minuteAfter(time);
  const last = await advanceTo(next).catch((error: unknown) => {
    logger.error('The last run of the heartbeat is not known', { error });
    return undefined;
  });
  return { now: time, slices: minutesSince(last, next).flatMap(slicesOf) };
}

/**
 * Pings the Socket.IO 3 and 4 clients that are due, and looks after those of before, who ping by themselves. What is more
 * than one invocation attends to goes to others, before anything else is done.
 * @throws when others could not be invoked: run again, it pings nobody twice
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const parsed = Event.parse(event);
  const { now, slices } = 'slices' in parsed ? parsed : await scheduled(parsed);
  const found = await Promise.all(
    slices.map(async (slice) => ({ slice, ...(await dueIn(slice, Math.ceil(MAX_PER_INVOCATION / slices.length))) })),
  );
  const parts = found.flatMap(({ slice, connectionIds, rest }) =>
    rest ? divideSlice(slice, rest, connectionIds.length, MAX_PER_INVOCATION) : [],
  );
  const due = found.flatMap(({ slice, connectionIds }) =>
    connectionIds.map((connectionId) => ({ round: slice.round, connectionId })),
  );
  const [handedOver] = await Promise.allSettled([
    Promise.all(parts.map((part) => invokeAsync(ownUrl(), { now, slices: [part] } satisfies z.output<typeof Job>))),
    throttled(due, PER_SECOND, ({ round, connectionId }) => checkConnection(round, connectionId, now)),
  ]);
  if (handedOver.status === 'rejected') throw handedOver.reason;
});
