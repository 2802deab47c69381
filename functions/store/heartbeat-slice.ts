import * as z from 'zod/mini';
import { HEARTBEAT_SHARDS } from '../shared/constants.ts';
import { ROUNDS } from '../shared/heartbeat-times.ts';

const MINUTE = 60_000;

/** Maximum parts of one split. A part that is still too large is split again. */
const MAX_PARTS = 100;

/**
 * The connections of one shard with `from` ≤ phase < `to`. The phase is the offset in ms from the start of an interval.
 */
export const Slice = z.object({
  round: z.enum(['ping', 'check']),
  shard: z.int(),
  from: z.int(),
  to: z.int(),
});
export type Slice = z.output<typeof Slice>;

/**
 * The start of the minute after a time (epoch ms). A run handles the next minute, so pings are early and a delayed run
 * is still in time.
 */
export const minuteAfter = (time: number): number => (Math.floor(time / MINUTE) + 1) * MINUTE;

/** Maximum missed minutes that a run handles. For older ones, clients have already reacted by themselves. */
const MAX_MISSED = 3;

/**
 * The minutes that a run handles: the next one, and those that were missed since the last run. The schedule runs at
 * varying seconds of the minute, so it occasionally skips a minute.
 * @param next the minute after the run
 * @param last the last minute that was handled; undefined if there is none, or if later runs were faster
 */
export function minutesSince(last: number | undefined, next: number): number[] {
  const missed = last === undefined || last >= next ? 0 : Math.min((next - last) / MINUTE - 1, MAX_MISSED);
  return Array.from({ length: missed + 1 }, (_, n) => next - (missed - n) * MINUTE);
}

/** The slices of one minute. */
export function slicesOf(minute: number): Slice[] {
  return (['ping', 'check'] as const).flatMap((round) => {
    const from = minute % ROUNDS[round];
    return Array.from({ length: HEARTBEAT_SHARDS }, (_, shard) => ({ round, shard, from, to: from + MINUTE }));
  });
}

/**
 * Splits the rest of a slice into parts of about equal size, on the assumption that connections are evenly distributed.
 * @param taken number of connections in the slice before the rest
 * @param limit maximum connections of one part
 */
export function divideSlice(slice: Slice, rest: Slice, taken: number, limit: number): Slice[] {
  const width = rest.to - rest.from;
  const expected = (taken / Math.max(1, rest.from - slice.from)) * width;
  // At least two, so that parts become smaller even when no connection was read.
  const parts = Math.min(width, Math.max(2, Math.min(Math.ceil((1.1 * expected) / limit), MAX_PARTS)));
  const start = (n: number) => rest.from + Math.floor((width * n) / parts);
  return Array.from({ length: parts }, (_, n) => ({ ...rest, from: start(n), to: start(n + 1) }));
}
