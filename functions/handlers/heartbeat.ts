import * as z from 'zod/mini';
import { invokeAsync, ownUrl } from '../gateway/invoke.ts';
import { checkConnection } from '../heartbeat/check-connection';
import { throttled } from '../heartbeat/throttled';
import { observed } from '../observe/observed.ts';
import { divide, Slice, slicesAfter } from '../store/heartbeat-slice.ts';
import { dueIn } from '../store/heartbeats.ts';

/** How many connections one invocation attends to, in well under a minute. */
const MAX_PER_INVOCATION = 2000;

/** As many as the SDK keeps sockets for; a million connections then make about 6000 posts in a second. */
const PER_SECOND = 50;

/** What EventBridge sends: the moment that the schedule means, which a late invocation is behind. */
const Schedule = z.object({ time: z.string().check(z.iso.datetime()) });

/** What the function hands over to itself; `now` is the moment of the schedule, epoch ms. */
const Job = z.object({ now: z.number(), slices: z.array(Slice) });

const Event = z.union([
  Job,
  z.pipe(
    Schedule,
    z.transform(({ time }) => ({ now: Date.parse(time), slices: slicesAfter(Date.parse(time)) })),
  ),
]);

/**
 * Pings the Socket.IO 3 and 4 clients that are due, and looks after those of before, who ping by themselves. What is more
 * than one invocation attends to goes to others, before anything else is done.
 * @throws when others could not be invoked: run again, it pings nobody twice
 */
export const handler = observed(async (event: unknown): Promise<void> => {
  const { now, slices } = Event.parse(event);
  const found = await Promise.all(
    slices.map(async (slice) => ({ slice, ...(await dueIn(slice, MAX_PER_INVOCATION / slices.length)) })),
  );
  const parts = found.flatMap(({ slice, connectionIds, rest }) =>
    rest ? divide(slice, rest, connectionIds.length, MAX_PER_INVOCATION) : [],
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
