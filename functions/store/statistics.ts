import * as z from 'zod/mini';
import { ADMIN_DAYS, DIRECTORY_INDEX, ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { collect, countItems, dynamo, query } from './dynamo.ts';
import { directoryEntry } from './keys.ts';

export const HOUR_MS = 60 * 60 * 1000;
export const DAY_MS = 24 * HOUR_MS;

/** The periods of statistics, in UTC. */
export const PERIOD_MS = { hour: HOUR_MS, day: DAY_MS } as const;
export type Period = keyof typeof PERIOD_MS;

/** Values of which that of a day is the sum of its hours. */
export const SUMS = [
  'friendMessages',
  'groupMessages',
  'roomMessages',
  'visitorMessages',
  'strangerMessages',
  'systemMessages',
  'logins',
  'pushes',
  'uploads',
  'newUsers',
] as const;

/** Values of which that of a day is not the sum of its hours. */
export const PEAKS = ['activeUsers', 'peakConnections'] as const;

type Value = (typeof SUMS)[number] | (typeof PEAKS)[number];

/** What happened in an application during one period. */
export type Counts = Record<Value, number>;

const table = requireEnv(ENV.adminTable);
const coreTable = requireEnv(ENV.coreTable);

const number = z._default(z.number(), 0);

const Stored = z.object({
  [SORT_KEY]: z.string(),
  ...(Object.fromEntries([...SUMS, ...PEAKS].map((name) => [name, number])) as Record<Value, typeof number>),
});

/** The counts of one period. */
export interface Statistics extends Counts {
  /** The start of the period, epoch ms. */
  readonly from: number;
}

const partition = (app: string, period: Period) => `${app}#statistics#${period}`;

/** `2026-01-31T23` for an hour, `2026-01-31` for a day. */
const sortKey = (period: Period, from: number) => new Date(from).toISOString().slice(0, period === 'hour' ? 13 : 10);

const startOf = (key: string) => Date.parse(key.length === 10 ? key : `${key}:00:00Z`);

/** The start of the period that contains a time. */
export const periodStart = (period: Period, time: number) => Math.floor(time / PERIOD_MS[period]) * PERIOD_MS[period];

/** Stores what was counted in one period. It replaces earlier counts of the same period. */
export async function saveCounts(app: string, period: Period, from: number, counts: Partial<Counts>): Promise<void> {
  await dynamo.put({
    TableName: table,
    Item: {
      [PARTITION_KEY]: partition(app, period),
      [SORT_KEY]: sortKey(period, from),
      ...counts,
      [EXPIRES]: (from + ADMIN_DAYS * DAY_MS) / 1000,
    },
  });
}

async function stored(app: string, period: Period, from: number, to: number): Promise<Statistics[]> {
  const items = await collect(
    query({
      TableName: table,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
      ExpressionAttributeValues: {
        ':pk': partition(app, period),
        ':first': sortKey(period, from),
        ':last': sortKey(period, to - 1),
      },
    }),
  );
  return items.map((item) => {
    const { [SORT_KEY]: key, ...counts } = Stored.parse(item);
    return { from: startOf(key), ...counts };
  });
}

const NOTHING = Object.fromEntries([...SUMS, ...PEAKS].map((name) => [name, 0])) as Counts;

function add(a: Counts, b: Counts): Counts {
  const sums = SUMS.map((name) => [name, a[name] + b[name]]);
  const peaks = PEAKS.map((name) => [name, Math.max(a[name], b[name])]);
  return Object.fromEntries([...sums, ...peaks]) as Counts;
}

/**
 * The statistics of an application, one entry for each period that starts before `to`.
 * @param from the start of the first period, epoch ms
 */
export async function statisticsOf(
  app: string,
  period: Period,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Statistics[]> {
  const step = PERIOD_MS[period];
  const starts = Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, n) => from + n * step);
  const until = from + starts.length * step;
  const found = await Promise.all([
    stored(app, 'hour', from, until),
    period === 'day' ? stored(app, 'day', from, until) : [],
  ]);
  const totals = new Map<number, Counts>();
  for (const counts of found.flat()) {
    const start = periodStart(period, counts.from);
    totals.set(start, add(totals.get(start) ?? NOTHING, counts));
  }
  return starts.map((start) => ({ ...NOTHING, ...totals.get(start), from: start }));
}

/** The number of users of an application who were created in a period. */
export function countNewUsers(app: string, from: number, to: number): Promise<number> {
  return countItems({
    TableName: coreTable,
    IndexName: DIRECTORY_INDEX.name,
    KeyConditionExpression: '#directory = :users AND #created BETWEEN :from AND :last',
    ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition, '#created': DIRECTORY_INDEX.created },
    ExpressionAttributeValues: {
      ':users': directoryEntry({ app, kind: 'user' })[DIRECTORY_INDEX.partition],
      ':from': from,
      ':last': to - 1,
    },
  });
}

const CLOCK = { [PARTITION_KEY]: 'statistics', [SORT_KEY]: 'clock' };
const Clock = z.object({ counted: z.number() });

/** Until when everything is counted, epoch ms. Undefined before the first count. */
export async function countedUntil(): Promise<number | undefined> {
  const { Item } = await dynamo.get({ TableName: table, Key: CLOCK });
  return Item && Clock.parse(Item).counted;
}

/** Records until when everything is counted. */
export async function setCountedUntil(counted: number): Promise<void> {
  await dynamo.put({ TableName: table, Item: { ...CLOCK, counted } });
}
