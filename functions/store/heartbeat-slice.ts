import * as z from 'zod/mini';
import { HEARTBEAT_SHARDS } from '../shared/constants.ts';
import { ROUNDS } from '../shared/heartbeat-times.ts';

const MINUTE = 60_000;

/** Into how many parts a slice is divided at once; each divides itself further if that is not enough. */
const MAX_PARTS = 100;

/** The connections of one shard that are due between two phases, milliseconds after the start of an interval: `from` ≤ phase < `to`. */
export const Slice = z.object({
  round: z.enum(['ping', 'check']),
  shard: z.int(),
  from: z.int(),
  to: z.int(),
});
export type Slice = z.output<typeof Slice>;

/** The start of the minute after a moment (epoch ms): who is pinged is pinged before it is due, and a late run is in time. */
export const minuteAfter = (time: number): number => (Math.floor(time / MINUTE) + 1) * MINUTE;

/** At most so many minutes are made up for: what is older is overtaken by what clients do on their own. */
const MAX_MISSED = 3;

/**
 * The minutes that a run attends to: the one after it, and those that no run attended to since the last one. The schedule
 * does not keep to a second of the minute, so it skips a minute now and then.
 * @param next the minute after the run
 * @param last the last minute attended to; undefined if there is none, or other runs are ahead of this one
 */
export function minutesSince(last: number | undefined, next: number): number[] {
  const missed = last === undefined || last >= next ? 0 : Math.min((next - last) / MINUTE - 1, MAX_MISSED);
  return Array.from({ length: missed + 1 }, (_, n) => next - (missed - n) * MINUTE);
}

/** All that is due in a minute. */
export function slicesOf(minute: number): Slice[] {
  return (['ping', 'check'] as const).flatMap((round) => {
    const from = minute % ROUNDS[round];
    return Array.from({ length: HEARTBEAT_SHARDS }, (_, shard) => ({ round, shard, from, to: from + MINUTE }));
  });
}

/**
 * Divides what is left of a slice into parts of about equal size, taking it to be about as full as its beginning was.
 * @param taken how many were found in the slice before the rest begins
 * @param limit how many one part may have
 */
export function divideSlice(slice: Slice, rest: Slice, taken: number, limit: number): Slice[] {
  const width = rest.to - rest.from;
  const expected = (taken / Math.max(1, rest.from - slice.from)) * width;
  // At least two, so that parts become smaller even where nothing could be taken.
  const parts = Math.min(width, Math.max(2, Math.min(Math.ceil((1.1 * expected) / limit), MAX_PARTS)));
  const start = (n: number) => rest.from + Math.floor((width * n) / parts);
  return Array.from({ length: parts }, (_, n) => ({ ...rest, from: start(n), to: start(n + 1) }));
}
