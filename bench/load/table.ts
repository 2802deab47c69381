import type { Measured } from './plan.ts';

const SCALES = ['messages/s', 'deliveries/s', 'p50 ms', 'p99 ms'] as const;

/** A percentile. @param share from 0 to 1 @param sorted values in ascending order */
export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** The metrics of all rounds of one scenario on one target. */
function summary(rounds: readonly Measured[]): number[] {
  const total = (of: (round: Measured) => number) => rounds.reduce((sum, round) => sum + of(round), 0);
  const seconds = total((round) => round.seconds);
  const latencies = rounds.flatMap((round) => round.latencies).toSorted((a, b) => a - b);
  return [
    total(({ messages }) => messages) / seconds,
    latencies.length / seconds,
    percentile(latencies, 0.5),
    percentile(latencies, 0.99),
  ];
}

/** One row for each target and scenario, and one with the ratios of the first target to the second. */
export function table(measured: readonly Measured[]): string {
  const rows = [...new Set(measured.map(({ scenario }) => scenario))].flatMap((scenario) => {
    const own = measured.filter((one) => one.scenario === scenario);
    const targets = [...new Set(own.map(({ target }) => target))];
    const summaries = targets.map((target) => summary(own.filter((one) => one.target === target)));
    const [first = [], second = []] = summaries;
    return [
      ...targets.map((target, n) => [scenario, target, ...(summaries[n] ?? []).map((value) => value.toFixed(1))]),
      [scenario, 'ratio', ...first.map((value, n) => `×${(value / (second[n] ?? Number.NaN)).toFixed(2)}`)],
    ];
  });
  return [['', '', ...SCALES], ['---', '---', ...SCALES.map(() => '--:')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
