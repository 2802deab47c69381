import { RESULTS } from '../../../functions/operator/commands.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { secret } from '../secret.ts';
import { readDuration, showMoment } from '../times.ts';

const GRACE = '7d';

export const appsRotateKey: Command = {
  name: 'apps rotate-key',
  usage: 'ID client|master',
  summary: 'puts another key in place of one',
  details: `The client key before is accepted for a while, so that apps can be updated. A master key ends at once (everywhere within
a minute), and with it the codes on their way to telephones and the session tokens of users without an account.`,
  options: {
    grace: {
      value: 'TIME',
      summary: `for how long the client key before is accepted: 12h, 30d, at most 90d, or 0 (default ${GRACE})`,
    },
    'with-key': {
      summary: 'the new key is one that exists: it is asked for (MACAW_KEY), or read from the standard input',
    },
  },
  examples: [
    'apps rotate-key my-app client',
    'apps rotate-key my-app client --grace 0 --with-key < key.txt',
    'apps rotate-key my-app master',
  ],
  async run(input, deployment) {
    const [app, which] = input.exactly('ID', 'Which key (client or master)');
    if (which !== 'client' && which !== 'master')
      throw new UsageError(`Which key? It is client or master, not ${which}`);
    const grace = input.text('grace');
    if (which === 'master' && grace !== undefined) throw new UsageError('A master key has no grace: leave out --grace');
    const graceSeconds = which === 'master' ? 0 : readDuration('grace', grace ?? GRACE);
    const key = input.flag('with-key') ? await secret('MACAW_KEY', `The new ${which} key`) : undefined;
    const command = { command: 'rotate', app, which, graceSeconds, ...(key !== undefined && { key }) } as const;
    const rotated = await deployment.ask(command, RESULTS.rotate);
    const until = rotated.previousClientKeyUntil;
    const before =
      until === undefined ? 'The one before has ended' : `The one before works until ${showMoment(until)} UTC`;
    return {
      text: `The ${which} key of ${app} is another; it is in the secret ${rotated.secret}.\n${before}.`,
      json: rotated,
    };
  },
};
