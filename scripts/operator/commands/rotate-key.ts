import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { RESULTS } from '../../../functions/operator/commands.ts';
import { confirm } from '../confirm.ts';
import { UsageError } from '../errors.ts';
import { examples, type Shell } from '../program.ts';
import { secret } from '../secret.ts';
import { readDuration, showMoment } from '../times.ts';

const DEFAULT_GRACE = '7d';

export function addRotateKey(apps: CommandUnknownOpts, { answer }: Shell): void {
  apps
    .command('rotate-key')
    .summary('replace a key of an application')
    .description(
      'Replaces a key of an application. The client key before is accepted for a while, so that apps can be updated. A master key ends at once (everywhere within a minute), and with it the codes on their way to telephones and the session tokens of users without an account.',
    )
    .argument('<id>', 'the application')
    .addArgument(new Argument('<key>', 'which key').choices(['client', 'master'] as const))
    .option(
      '--grace <time>',
      `how long the client key before is accepted, in seconds, minutes, hours or days: 90s, 30m, 12h, 30d, at most 90d; or 0 (default: ${DEFAULT_GRACE})`,
      readDuration,
    )
    .option(
      '--with-key',
      'the new key is one that exists: it is asked for (MACAW_KEY), or read from the standard input',
    )
    .option('--yes', 'rotate a master key without asking')
    .addHelpText(
      'after',
      examples(
        'apps rotate-key my-app client',
        'apps rotate-key my-app client --grace 0 --with-key < key.txt',
        'apps rotate-key my-app master',
      ),
    )
    .action((app, which, { grace, withKey, yes }) =>
      answer(async (deployment) => {
        if (which === 'master') {
          if (grace !== undefined) throw new UsageError('A master key has no grace: leave out --grace');
          await confirm(`The master key of ${app} ends at once, and with it codes and session tokens.`, yes);
        }
        const graceSeconds = which === 'master' ? 0 : (grace ?? readDuration(DEFAULT_GRACE));
        const key = withKey ? await secret('MACAW_KEY', `The new ${which} key`) : undefined;
        const command = { command: 'rotate', app, which, graceSeconds, ...(key !== undefined && { key }) } as const;
        const rotated = await deployment.ask(command, RESULTS.rotate);
        const until = rotated.previousClientKeyUntil;
        const before =
          until === undefined ? 'The one before has ended' : `The one before works until ${showMoment(until)} UTC`;
        return {
          text: `The ${which} key of ${app} is another; it is in the secret ${rotated.secret}.\n${before}.`,
          json: rotated,
        };
      }),
    );
}
