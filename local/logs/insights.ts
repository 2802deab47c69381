import type { JsonObject } from '../shared/json.ts';

/**
 * The part of the query language of CloudWatch Logs Insights that the local cloud implements: one `stats` command with
 * `sum`, `count_distinct`, `by` fields and `bin`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
 */

/** A line of a log, with its time in epoch ms. */
export interface LogLine {
  readonly at: number;
  readonly fields: JsonObject;
}

interface Aggregate {
  readonly name: string;
  of(lines: readonly LogLine[]): string | undefined;
}

interface Group {
  readonly name: string;
  of(line: LogLine): string | undefined;
}

/** Returns the rows of a result. A row lacks fields without a value. */
export type Query = (lines: readonly LogLine[]) => { field: string; value: string }[][];

const TERM = /^(\w+)\((\w+)\)(?: as (\w+))?$/;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a query. Undefined if the local cloud does not implement it, or if it is malformed. */
export function parseQuery(text: string): Query | undefined {
  const [, values, groups] = /^\s*stats (.+?) by ([^|]+)$/.exec(text) ?? [];
  const aggregates = allOf(values, aggregate);
  const by = allOf(groups, group);
  if (!aggregates || !by) return undefined;
  return (lines) => {
    const grouped = new Map<string, LogLine[]>();
    for (const line of lines) {
      const key = JSON.stringify(by.map((one) => one.of(line) ?? null));
      const some = grouped.get(key);
      if (some) some.push(line);
      else grouped.set(key, [line]);
    }
    return [...grouped.values()].map((some) => [
      ...by.flatMap((one) => cell(one.name, some[0] && one.of(some[0]))),
      ...aggregates.flatMap((one) => cell(one.name, one.of(some))),
    ]);
  };
}

/** The terms of a list. Undefined if one of them is not implemented. */
function allOf<T>(list: string | undefined, read: (term: string) => T | undefined): T[] | undefined {
  const terms = list?.trim().split(/, */) ?? [];
  const parsed = terms.map(read).filter((term) => term !== undefined);
  return list !== undefined && parsed.length === terms.length ? parsed : undefined;
}

const cell = (field: string, value: string | undefined) => (value === undefined ? [] : [{ field, value }]);

function aggregate(text: string): Aggregate | undefined {
  const [, call, field = '', name = text] = TERM.exec(text) ?? [];
  const present = (lines: readonly LogLine[]) =>
    lines.flatMap(({ fields }) => (fields[field] === undefined ? [] : [fields[field]]));
  switch (call) {
    case 'sum':
      return {
        name,
        of(lines) {
          const found = present(lines);
          return found.length === 0 ? undefined : String(found.reduce<number>((sum, value) => sum + Number(value), 0));
        },
      };
    case 'count_distinct':
      return { name, of: (lines) => String(new Set(present(lines).map(String)).size) };
    default:
      return undefined;
  }
}

function group(text: string): Group | undefined {
  if (/^\w+$/.test(text)) {
    return { name: text, of: ({ fields }) => (fields[text] === undefined ? undefined : String(fields[text])) };
  }
  const [, call, period = '', name = text] = TERM.exec(text) ?? [];
  const [, number, unit = ''] = /^(\d+)([smhd])$/.exec(period) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (call !== 'bin' || !(ms > 0)) return undefined;
  return { name, of: ({ at }) => new Date(Math.floor(at / ms) * ms).toISOString().replace('T', ' ').slice(0, -1) };
}
