import { type Measured, PARTS, type pressure, timesOf } from './scenarios.ts';

const seconds = (ms: number) => `${(ms / 1000).toFixed(ms < 9_950 ? 2 : 1)} s`;
const count = (number: number) => number.toLocaleString('en-US');

/** The row of one room: delivery times with the ratio to the bound, and resources. */
export function row({ connections, times, bound, cold, invocations, reads, dollars }: Measured): string {
  const ratios = times.map((time, n) => (time / (bound[n] ?? Number.NaN)).toFixed(2));
  const cells = [
    count(connections),
    ...PARTS.map((_, n) => `${seconds(times[n] ?? 0)} (${ratios[n]})`),
    seconds(bound.at(-1) ?? 0),
    seconds(cold.at(-1) ?? 0),
    count(invocations),
    count(reads),
    dollars.toPrecision(3),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The table of rooms. */
export function rooms(measured: readonly Measured[]): string {
  return [
    '| online | half have it | 99% | all | bound for all | all, started cold | invocations | reads | USD |',
    '|---|---|---|---|---|---|---|---|---|',
    ...measured.map(row),
  ].join('\n');
}

/** The table of simultaneous events. */
export function pressed(scenarios: ReturnType<typeof pressure>): string {
  const rows = scenarios.flatMap(({ name, outcomes }) =>
    outcomes.map((outcome, n) => {
      const [half = 0, , all = 0] = timesOf(outcome);
      const cells = [n === 0 ? name : '', count(outcome.reachedAt.length), seconds(half), seconds(all)];
      return `| ${[...cells, count(outcome.refused), count(outcome.givenUp)].join(' | ')} |`;
    }),
  );
  return [
    '| said at once | reached | half have it | all | posts refused | given up |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}
