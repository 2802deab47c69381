import * as z from 'zod/mini';
import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { checkConnection } from '../heartbeat/check-connection.ts';
import { throttled } from '../heartbeat/throttled.ts';
import { logger } from '../observe/logger.ts';
import { observed } from '../observe/observed.ts';
import { divideSlice, minuteAfter, minutesSince, Slice, slicesOf } from '../store/heartbeat-slice.ts';
import { advanceTo, dueIn } from '../store/heartbeats.ts';

/** Maximum number of connections per invocation. An invocation handles them in well under a minute. */
const MAX_PER_INVOCATION = 2000;

/**
 * Checks per second, equal to the number of sockets of the SDK. With a million connections, all invocations together
 * make about 6000 posts per second.
 */
const PER_SECOND = 50;

/** The EventBridge event. It contains the scheduled time; the invocation can run later. */
const Schedule = z.pipe(
  z.object({ time: z.string().check(z.iso.datetime()) }),
  z.transform(({ time }) => ({ time: Date.parse(time) })),
);

/** The event with which the function invokes itself. `now` is the scheduled time, epoch ms. */
const Job = z.object({ now: z.number(), slices: z.array(Slice) });

const Event = z.union([Job, Schedule]);

/** Returns the work of a scheduled run. If the last run is unknown, the result still contains the current minute. */
async function scheduled({ time }: z.output<typeof Schedule>): Promise<z.output<typeof Job>> {
  const next = minuteAfter(time);
  const last = await advanceTo(next).catch((error: unknown) => {
    logger.error('The last heartbeat run is unknown', { error });
    return undefined;
  });
  return { now: time, slices: minutesSince(last, next).flatMap(slicesOf) };
}

/**
 * Pings the Socket.IO 3 and 4 clients that are due, and checks older clients, which send pings themselves. Before that,
 * it starts other invocations for the connections above its limit.
 * @throws when another invocation could not be started; a retry pings no client twice
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
  const [invocations] = await Promise.allSettled([
    Promise.all(parts.map((part) => invokeAsync(ownUrl(), { now, slices: [part] } satisfies z.output<typeof Job>))),
    throttled(due, PER_SECOND, ({ round, connectionId }) => checkConnection(round, connectionId, now)),
  ]);
  if (invocations.status === 'rejected') throw invocations.reason;
});
