import type { Compared } from './measure.ts';

/** The numbers of conversations in the table. */
export const SIZES = [10, 100, 1000];

const ratio = (one: number, other: number) => `×${(one / other).toFixed(3)}`;

/** The table for the documentation. */
export function table(compared: readonly Compared[]): string {
  const rows = compared.map(({ name, heads, queries }) => {
    const cells = [
      name,
      `${heads.calls} / ${queries.calls}`,
      ratio(heads.calls, queries.calls),
      `${heads.readUnits} / ${queries.readUnits}`,
      ratio(heads.readUnits, queries.readUnits),
      ratio(heads.ms, queries.ms),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| | calls | ratio | read units | ratio | time, ratio |', '|---|---|---|---|---|---|', ...rows].join('\n');
}
