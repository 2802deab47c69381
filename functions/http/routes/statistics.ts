import * as z from 'zod/mini';
import { invoke } from '../../gateway/invoke.ts';
import { logger } from '../../observe/logger.ts';
import { ENV } from '../../shared/constants.ts';
import { requireEnv } from '../../shared/environment.ts';
import { ChatError, ERROR } from '../../shared/errors.ts';
import { countConnections } from '../../store/connection-index.ts';
import {
  countedUntil,
  DAY_MS,
  HOUR_MS,
  PERIOD_MS,
  type Period,
  periodStart,
  type Statistics,
  statisticsOf,
} from '../../store/statistics.ts';
import { masterOnly } from '../access.ts';
import { time } from '../parameters.ts';
import { route } from '../route.ts';

const counter = requireEnv(ENV.statisticsUrl);

/** Older statistics are counted again before they are shown. Each count costs money. */
const FRESH_MS = 5 * 60_000;

/** The longest range and the default range of a request. */
const LONGEST: Readonly<Record<Period, number>> = { hour: 31 * DAY_MS, day: 400 * DAY_MS };
const USUAL: Readonly<Record<Period, number>> = { hour: DAY_MS, day: 30 * DAY_MS };

const count = (description: string) => z.int().register(z.globalRegistry, { description });

const StatisticsShape = z
  .object({
    counted: z
      .optional(z.int())
      .register(z.globalRegistry, { description: 'Until when everything is counted, epoch milliseconds' }),
    periods: z.array(
      z.object({
        from: z.int().register(z.globalRegistry, { description: 'The start of the hour or day (UTC), epoch ms' }),
        messages: z.object({
          friend: z.int(),
          group: z.int(),
          room: z.int(),
          visitor: z.int(),
          stranger: z.int(),
          system: z.int(),
        }),
        activeUsers: count('Users who logged in, sent an event or a heartbeat'),
        newUsers: count('Users who were created'),
        logins: count('Logins on the socket, reconnects included'),
        peakConnections: count('The most connections at the same time that lasted four minutes'),
        pushes: count('Pushes that the push services accepted'),
        uploads: count('Uploads that were permitted'),
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'Statistics' });

function shown(statistics: Statistics): z.output<typeof StatisticsShape>['periods'][number] {
  const { from, activeUsers, newUsers, logins, peakConnections, pushes, uploads } = statistics;
  const messages = {
    friend: statistics.friendMessages,
    group: statistics.groupMessages,
    room: statistics.roomMessages,
    visitor: statistics.visitorMessages,
    stranger: statistics.strangerMessages,
    system: statistics.systemMessages,
  };
  return { from, messages, activeUsers, newUsers, logins, peakConnections, pushes, uploads };
}

/** Counts what is not counted yet, unless that was done recently. @returns until when everything is counted */
async function refresh(wanted: number, now: number): Promise<number | undefined> {
  const counted = await countedUntil();
  if (counted !== undefined && counted > Math.min(wanted, now - FRESH_MS)) return counted;
  try {
    await invoke(counter, {});
  } catch (error) {
    // Older statistics are better than none.
    logger.error('Statistics were not counted', { error });
    return counted;
  }
  return countedUntil();
}

/** @throws ChatError 5001 for an empty or too long range */
function rangeOf(
  { from, to, by }: { from?: number | undefined; to?: number | undefined; by: Period },
  now: number,
): { from: number; to: number } {
  const until = to ?? now;
  const start = periodStart(by, from ?? until - USUAL[by]);
  if (start >= until) throw new ChatError(ERROR.badParameter, 'from: expected a time before `to`');
  if (until - start > LONGEST[by] + PERIOD_MS[by]) {
    const most = LONGEST[by] / DAY_MS;
    throw new ChatError(ERROR.badParameter, `from: expected at most ${most} days before \`to\`, when counted by ${by}`);
  }
  return { from: start, to: until };
}

const usage = route({
  method: 'GET',
  path: '/statistics',
  summary: 'Read how much the application is used, by hour or day (UTC); at most five minutes old',
  params: z.object({}),
  query: z.object({
    from: z.optional(time('The start, rounded down to an hour or day. Default: a day or 30 days before `to`')),
    to: z.optional(time('Only periods that start before this time. Default: now')),
    by: z
      ._default(z.enum(['hour', 'day']), 'hour')
      .register(z.globalRegistry, { description: 'The length of a period', default: 'hour' }),
  }),
  status: 200,
  response: StatisticsShape,
  strict: 'always',
  access: masterOnly,
  async handle({ app, query, now }) {
    const range = rangeOf(query, now);
    const counted = await refresh(range.to + HOUR_MS, now);
    const periods = await statisticsOf(app.id, query.by, range);
    return { ...(counted !== undefined && { counted }), periods: periods.map(shown) };
  },
});

/** The counts are read from an index, so the request costs about as much as 30 others. */
const current = route({
  method: 'GET',
  path: '/statistics/now',
  summary: 'Count the open connections of the application',
  params: z.object({}),
  status: 200,
  response: z.object({ connections: z.int() }).register(z.globalRegistry, { id: 'StatisticsNow' }),
  strict: 'always',
  access: masterOnly,
  handle: async ({ app }) => ({ connections: await countConnections(app.id) }),
});

export const statistics = [usage, current];
