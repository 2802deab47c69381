const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The interval of `rate(5 minutes)`. Undefined for a cron expression, which has no local timer. */
export function rateMs(expression: string, where: string): number | undefined {
  const [, amount, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (amount !== undefined) return Number(amount) * (UNITS[unit] ?? 0);
  if (/^cron\(.+\)$/.test(expression)) return undefined;
  throw new Error(`${where}: the local cloud does not understand the schedule ${expression}`);
}
