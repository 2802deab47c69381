import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import * as z from 'zod';
import { examples, type Shell } from '../program.ts';
import { SERVER, serverOf } from '../server-of.ts';
import { table } from '../table.ts';
import { readMoment, showMoment } from '../times.ts';

const Statistics = z.object({
  counted: z.optional(z.number()),
  periods: z.array(
    z.object({
      from: z.number(),
      messages: z.record(z.string(), z.number()),
      activeUsers: z.number(),
      newUsers: z.number(),
      logins: z.number(),
      peakConnections: z.number(),
      pushes: z.number(),
      uploads: z.number(),
    }),
  ),
});

const HEADER = ['from (UTC)', 'messages', 'active', 'new', 'logins', 'peak', 'pushes', 'uploads'];

export function addStatistics(program: CommandUnknownOpts, shell: Shell): void {
  program
    .command('statistics')
    .summary('show how much an application is used')
    .description(
      'Shows messages, active and new users, logins, the peak of connections, pushes and uploads of an application by hour or day (UTC). They are kept for 400 days.',
    )
    .argument('<id>', 'the application')
    .addOption(new Option('--by <period>', 'the length of a period (default: hour)').choices(['hour', 'day'] as const))
    .option(
      '--from <time>',
      'the start: an age such as 7d, or a time (default: a day, or 30 days with --by day)',
      readMoment,
    )
    .option('--to <time>', 'the end (default: now)', readMoment)
    .option(...SERVER)
    .addHelpText('after', examples('statistics my-app', 'statistics my-app --by day --from 90d'))
    .action((app, { by = 'hour', from, to, url }) =>
      shell.answer(async (deployment) => {
        const server = await serverOf({ app, url }, deployment, shell);
        const query = new URLSearchParams({
          by,
          ...(from !== undefined && { from: String(from) }),
          ...(to !== undefined && { to: String(to) }),
        });
        const { counted, periods } = Statistics.parse(await server.ask('GET', `/statistics?${query}`));
        const rows = periods.map(({ from, messages, ...counts }) => [
          showMoment(from).slice(0, by === 'day' ? 10 : 16),
          String(Object.values(messages).reduce((sum, count) => sum + count, 0)),
          ...[counts.activeUsers, counts.newUsers, counts.logins, counts.peakConnections].map(String),
          ...[counts.pushes, counts.uploads].map(String),
        ]);
        const until = counted === undefined ? 'Nothing is counted yet' : `Counted until ${showMoment(counted)} UTC`;
        return { text: `${table([HEADER, ...rows])}\n${until}`, json: { counted, periods } };
      }),
    );
}
