import type { PostAllowance } from '../../functions/chat/sharding.ts';
import { bound } from './bound.ts';
import { quantile } from './samples.ts';
import { type Event, type Outcome, simulate } from './simulate.ts';

/** The default post quota of the functions. */
export const QUOTA: PostAllowance = { perSecond: 9000, burst: 4500 };

/** The parts of the audience: half, 99%, and all. */
export const PARTS = [0.5, 0.99, 1] as const;

/** The outcome of a message to a room: times in ms for each part. */
export interface Measured extends Outcome {
  readonly connections: number;
  readonly times: readonly number[];
  readonly bound: readonly number[];
  readonly cold: readonly number[];
}

/** Simulates a message to a room with all members online. Returns the median of several runs. */
export function measure(connections: number, runs: number): Measured {
  const message: Event = { connections, priority: 'message' };
  const seeds = Array.from({ length: runs }, (_, n) => n + 1);
  const once = (seed: number, cold: boolean): Outcome => {
    const [outcome] = simulate([message], { quota: QUOTA, seed, cold });
    if (!outcome) throw new Error('Expected one outcome for one event');
    return outcome;
  };
  const warm = seeds.map((seed) => once(seed, false));
  const [first] = warm;
  if (!first) throw new Error('Expected at least one run');
  return {
    ...first,
    connections,
    times: middle(warm.map(timesOf)),
    cold: middle(seeds.map((seed) => timesOf(once(seed, true)))),
    bound: middle(seeds.map((seed) => bound(connections, QUOTA, PARTS, seed))),
  };
}

/** Two messages and a system message to all users at the same time, and each alone. */
export function pressure(seed = 1) {
  const message: Event = { connections: 100_000, priority: 'message' };
  const notice: Event = { connections: 1_000_000, priority: 'notice' };
  const options = { quota: QUOTA, seed };
  return [
    { name: 'a message to 100,000, alone', outcomes: simulate([message], options) },
    { name: 'two messages to 100,000', outcomes: simulate([message, message], options) },
    {
      name: 'two messages to 100,000, and a notice to 1,000,000',
      outcomes: simulate([message, message, notice], options),
    },
    { name: 'a notice to 1,000,000, alone', outcomes: simulate([notice], options) },
  ];
}

export const timesOf = ({ reachedAt }: Outcome) => PARTS.map((part) => quantile(reachedAt, part));

/** The median of the runs for each part. */
function middle(runs: readonly (readonly number[])[]): number[] {
  return PARTS.map((_, n) =>
    quantile(
      runs.map((times) => times[n] ?? Number.NaN).sort((a, b) => a - b),
      0.5,
    ),
  );
}
