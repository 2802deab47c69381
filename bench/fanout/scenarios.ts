import type { PostAllowance } from '../../functions/chat/sharding.ts';
import { bound } from './bound.ts';
import { quantile } from './samples.ts';
import { type Event, type Outcome, simulate } from './simulate.ts';

/** What the stacks let the functions post, unless they are told otherwise. */
export const QUOTA: PostAllowance = { perSecond: 9000, burst: 4500 };

/** Until half of the audience has it, 99 of 100, and all. */
export const PARTS = [0.5, 0.99, 1] as const;

/** How a message to a room went: times in ms, for each of the parts. */
export interface Measured extends Outcome {
  readonly connections: number;
  readonly times: readonly number[];
  readonly bound: readonly number[];
  readonly cold: readonly number[];
}

/** A message to a room, all of whose members are online; of several runs the middle. */
export function measure(connections: number, runs: number): Measured {
  const message: Event = { connections, priority: 'message' };
  const seeds = Array.from({ length: runs }, (_, n) => n + 1);
  const once = (seed: number, cold: boolean): Outcome => {
    const [outcome] = simulate([message], { quota: QUOTA, seed, cold });
    if (!outcome) throw new Error('One event has one outcome');
    return outcome;
  };
  const warm = seeds.map((seed) => once(seed, false));
  const [first] = warm;
  if (!first) throw new Error('There must be a run');
  return {
    ...first,
    connections,
    times: middle(warm.map(timesOf)),
    cold: middle(seeds.map((seed) => timesOf(once(seed, true)))),
    bound: middle(seeds.map((seed) => bound(connections, QUOTA, PARTS, seed))),
  };
}

/** Two messages and a system message to everybody, all at once; and how it goes without the others. */
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

/** For each of the parts, the median of the runs. */
function middle(runs: readonly (readonly number[])[]): number[] {
  return PARTS.map((_, n) =>
    quantile(
      runs.map((times) => times[n] ?? Number.NaN).sort((a, b) => a - b),
      0.5,
    ),
  );
}
