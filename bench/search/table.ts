import { type Measured, QUERIES } from './measure.ts';

/** The numbers of users in the documentation. */
export const SIZES = [1_000, 10_000];

/** One row for each query, one column for each number of users. */
export function table(measured: Measured): string {
  const sizes = [...measured.keys()];
  const header = ['search', ...sizes.map((size) => `${size.toLocaleString('en')} users`)];
  const rows = Object.keys(QUERIES).map((name, n) => [name, ...sizes.map((size) => measured.get(size)?.[n] ?? '')]);
  return [header, ['---', ...sizes.map(() => '--:')], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
