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
      'Replaces a key of an application. The previous client key stays valid for a grace period, so that apps can be updated. A previous master key becomes invalid within a minute. This also invalidates pending verification codes and the session tokens of users without an account.',
    )
    .argument('<id>', 'the application')
    .addArgument(new Argument('<key>', 'which key').choices(['client', 'master'] as const))
    .option(
      '--grace <time>',
      `how long the previous client key stays valid, in seconds, minutes, hours or days: 90s, 30m, 12h, 30d, at most 90d; or 0 (default: ${DEFAULT_GRACE})`,
      readDuration,
    )
    .option('--with-key', 'use an existing key: from MACAW_KEY, a prompt, or standard input')
    .option('--yes', 'rotate a master key without confirmation')
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
          if (grace !== undefined) throw new UsageError('A master key has no grace period: omit --grace');
          await confirm(`The master key of ${app}, its verification codes and its session tokens become invalid.`, yes);
        }
        const graceSeconds = which === 'master' ? 0 : (grace ?? readDuration(DEFAULT_GRACE));
        const key = withKey ? await secret('MACAW_KEY', `The new ${which} key`) : undefined;
        const command = { command: 'rotate', app, which, graceSeconds, ...(key !== undefined && { key }) } as const;
        const rotated = await deployment.ask(command, RESULTS.rotate);
        const until = rotated.previousClientKeyUntil;
        const before =
          until === undefined
            ? 'The previous key is invalid'
            : `The previous key is valid until ${showMoment(until)} UTC`;
        return {
          text: `The ${which} key of ${app} was rotated; the new key is in the secret ${rotated.secret}.\n${before}.`,
          json: rotated,
        };
      }),
    );
}
