import pMap from 'p-map';
import { queryLogs } from '../gateway/log-queries.ts';
import { observed } from '../observe/observed.ts';
import { ENV, METRIC } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { listApps } from '../store/app-directory.ts';
import {
  type Counts,
  countedUntil,
  countNewUsers,
  DAY_MS,
  HOUR_MS,
  periodStart,
  saveCounts,
  setCountedUntil,
} from '../store/statistics.ts';

const groups = requireEnv(ENV.logGroups).split(',');

/** The metrics in the log of which the statistics contain sums. */
const SUMS = {
  friendMessages: METRIC.friendMessages,
  groupMessages: METRIC.groupMessages,
  roomMessages: METRIC.roomMessages,
  visitorMessages: METRIC.visitorMessages,
  strangerMessages: METRIC.strangerMessages,
  systemMessages: METRIC.systemMessages,
  logins: METRIC.logins,
  pushes: METRIC.pushesSent,
  uploads: METRIC.uploads,
} as const;

const sums = Object.entries(SUMS).map(([name, metric]) => `sum(${metric}) as ${name}`);
const HOURS = `stats ${sums.join(', ')}, count_distinct(active) as activeUsers by app, bin(1h) as period`;
const DAYS = 'stats count_distinct(active) as activeUsers by app, bin(1d) as period';
/** Every connected client sends one heartbeat in four minutes. */
const CONNECTIONS = `stats sum(${METRIC.heartbeats}) as connections by app, bin(4m) as period`;

/** A line can reach the log this much later. So long after an hour ended, it is counted again. */
const LATE_MS = 10 * 60_000;

/** The longest time that is counted again after failures. */
const MOST_MS = 7 * DAY_MS;

/** The users of a day are counted again this often. Each time reads the log of the whole day. */
const DAY_EVERY_MS = 3 * HOUR_MS;

/** Maximum number of concurrent reads or writes of a table. */
const AT_ONCE = 10;

/**
 * Counts what happened in each application since the last run, from the log, every hour and when somebody reads the
 * statistics. It counts whole hours again, so that a repeated run changes nothing.
 */
export const handler = observed(async (_event: unknown): Promise<void> => {
  const now = Date.now();
  const last = await countedUntil();
  const since = Math.max((last ?? now) - LATE_MS, now - MOST_MS);
  await Promise.all([countHours(periodStart('hour', since), now), countDays(since, last, now)]);
  await setCountedUntil(now);
});

async function countHours(from: number, now: number): Promise<void> {
  const [hours, connections, apps] = await Promise.all([
    queryLogs({ groups, query: HOURS, from, to: now }),
    queryLogs({ groups, query: CONNECTIONS, from, to: now }),
    listApps(),
  ]);
  const counts = new Map<string, { app: string; hour: number; counts: Partial<Counts> }>();
  const entry = (app: string, hour: number) => {
    const key = `${app} ${hour}`;
    const found = counts.get(key) ?? { app, hour, counts: {} };
    counts.set(key, found);
    return found;
  };
  for (const { app, period, ...values } of hours) {
    if (app === undefined || period === undefined) continue;
    const found = entry(app, epochMs(period));
    for (const [name, value] of Object.entries(values)) Object.assign(found.counts, { [name]: Number(value) });
  }
  for (const { app, period, connections: sum = '0' } of connections) {
    if (app === undefined || period === undefined) continue;
    const found = entry(app, periodStart('hour', epochMs(period)));
    found.counts = { ...found.counts, peakConnections: Math.max(found.counts.peakConnections ?? 0, Number(sum)) };
  }
  const starts = Array.from({ length: Math.ceil((now - from) / HOUR_MS) }, (_, n) => from + n * HOUR_MS);
  for (const app of apps) for (const hour of starts) entry(app, hour);
  await pMap(
    counts.values(),
    async (found) => {
      const newUsers = await countNewUsers(found.app, found.hour, found.hour + HOUR_MS);
      const all = { ...found.counts, newUsers };
      if (Object.values(all).some((value) => value > 0)) await saveCounts(found.app, 'hour', found.hour, all);
    },
    { concurrency: AT_ONCE },
  );
}

/** Users who are active in several hours count once. So the sum of the hours is not the number of a day. */
async function countDays(since: number, last: number | undefined, now: number): Promise<void> {
  if (last !== undefined && Math.floor(last / DAY_EVERY_MS) === Math.floor(now / DAY_EVERY_MS)) return;
  const days = await queryLogs({ groups, query: DAYS, from: periodStart('day', since), to: now });
  await pMap(
    days,
    async ({ app, period, activeUsers }) => {
      if (app === undefined || period === undefined) return;
      await saveCounts(app, 'day', epochMs(period), { activeUsers: Number(activeUsers) });
    },
    { concurrency: AT_ONCE },
  );
}

/** From `2026-01-31 23:00:00.000`, in UTC. */
const epochMs = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`);
