import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { RESULTS } from '../../../functions/operator/commands.ts';
import { UsageError } from '../errors.ts';
import { collect, examples, group, type Shell } from '../program.ts';
import { secrets } from '../secret.ts';
import { table } from '../table.ts';
import { showMoment } from '../times.ts';
import { FILE, readSettings, refuseContradictions } from './read-settings.ts';
import { addRotateKey } from './rotate-key.ts';

const KEYS_STATE = {
  ok: '',
  differ: 'its secret contains keys that are not accepted: rotate the key, or set the correct one with --with-key',
  missing: 'secret not found: rotate the master key',
};

/** What a mode means for the users of an application. */
const MODES: Readonly<Record<string, string>> = {
  strict:
    'Mode strict: users log in with accounts, third-party logins or tokens of your server. docs/how-to/strict-mode.md explains how.',
  open: 'Mode open: whoever has the client key can do everything in the chat, as any user. Every copy of the app contains this key.',
};

export function addApps(program: CommandUnknownOpts, shell: Shell): void {
  const apps = group(program, 'apps', 'applications, their settings and keys');
  addCreate(apps, shell);
  addList(apps, shell);
  addSettings(apps, shell);
  addKeys(apps, shell);
  addRotateKey(apps, shell);
}

function addCreate(apps: CommandUnknownOpts, { answer }: Shell): void {
  apps
    .command('create')
    .summary('create an application and its keys in Secrets Manager')
    .description(
      'Creates an application in strict mode, and its keys in Secrets Manager. "apps settings" lists the settings.',
    )
    .argument('<id>', '1 to 64 letters, digits, "_" or "-"')
    .argument('[setting=value...]', 'settings that differ from the defaults')
    .option(...FILE)
    .option('--open', 'open mode, for MaxIM SDKs: whoever has the client key can do everything in the chat')
    .option(
      '--with-keys',
      'use existing keys: from MACAW_CLIENT_KEY and MACAW_MASTER_KEY, a prompt, or standard input with one per line; an empty key is generated',
    )
    .addHelpText(
      'after',
      examples(
        'apps create my-app',
        'apps create my-app visitors=true groupMembers=100',
        'apps create 5552f5c0 --open --with-keys < keys.txt',
      ),
    )
    .action((app, words, { file, open, withKeys }) =>
      answer(async (deployment) => {
        const given = await readSettings(words, file);
        if (open && (given.mode ?? 'open') !== 'open') throw new UsageError('--open contradicts mode: omit one');
        const settings = { ...given, ...(open && { mode: 'open' }) };
        const keys = withKeys ? await askForKeys() : {};
        const made = await deployment.ask({ command: 'create', app, settings, keys }, RESULTS.create);
        const text = `Application ${made.app} created; its keys are in the secret ${made.secret}`;
        return { text: `${text}\n${MODES[made.mode]}`, json: made };
      }),
    );
}

async function askForKeys(): Promise<{ clientKey?: string; masterKey?: string }> {
  const [clientKey, masterKey] = await secrets([
    { variable: 'MACAW_CLIENT_KEY', question: 'The client key' },
    { variable: 'MACAW_MASTER_KEY', question: 'The master key' },
  ]);
  return { ...(clientKey && { clientKey }), ...(masterKey && { masterKey }) };
}

function addList(apps: CommandUnknownOpts, { answer }: Shell): void {
  apps
    .command('list')
    .summary('list the applications')
    .description('Lists the applications, and whether their secrets contain the accepted keys.')
    .addHelpText('after', examples('apps list', 'apps list --stage dev --json'))
    .action(() =>
      answer(async (deployment) => {
        const all = await deployment.ask({ command: 'list' }, RESULTS.list);
        const rows = all.map(({ app, mode, created, secret, keys, previousClientKeyUntil: until }) => {
          const grace = until === undefined ? '' : `the previous client key is valid until ${showMoment(until)}`;
          return [app, mode, showMoment(created), secret, [grace, KEYS_STATE[keys]].filter(Boolean).join('; ')];
        });
        return { text: all.length === 0 ? 'There are no applications' : table(rows), json: all };
      }),
    );
}

function addSettings(apps: CommandUnknownOpts, { answer }: Shell): void {
  apps
    .command('settings')
    .summary('show and change the settings of an application')
    .description(
      'Shows the settings of an application and changes the given ones, all or none. Changes take effect within a minute. docs/reference/cli.md lists the settings.',
    )
    .argument('<id>', 'the application')
    .argument('[setting=value...]', 'the settings to change')
    .option(...FILE)
    .option('--reset <setting>', 'reset a setting to its default; repeatable', collect)
    .addHelpText(
      'after',
      examples(
        'apps settings my-app',
        'apps settings my-app groupMembers=100 sms.prefix=+86 --reset mode',
        'apps settings my-app --file logins.json',
      ),
    )
    .action((app, words, { file, reset = [] }) =>
      answer(async (deployment) => {
        const set = await readSettings(words, file);
        refuseContradictions(set, reset);
        const settings = await deployment.ask({ command: 'settings', app, set, reset }, RESULTS.settings);
        const rows = settings.map(({ name, value, isDefault }) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
          isDefault ? '(default)' : '',
        ]);
        const explained = MODES[String(set.mode)];
        return {
          text: explained === undefined ? table(rows) : `${table(rows)}\n\n${explained}`,
          json: Object.fromEntries(settings.map(({ name, value }) => [name, value])),
        };
      }),
    );
}

function addKeys(apps: CommandUnknownOpts, { answer }: Shell): void {
  apps
    .command('keys')
    .summary('show the secret or the keys of an application')
    .description('Shows the name of the secret that contains the keys of an application. With --show, prints the keys.')
    .argument('<id>', 'the application')
    .option('--show', 'print the keys')
    .addHelpText('after', examples('apps keys my-app', 'apps keys my-app --show --json'))
    .action((app, { show }) =>
      answer(async (deployment) => {
        const secret = deployment.secretOf(app);
        const { clientKey, masterKey } = await deployment.keys(app);
        if (!show) return { text: `The keys are in the secret ${secret}; --show prints them`, json: { app, secret } };
        return {
          text: `client key  ${clientKey}\nmaster key  ${masterKey}`,
          json: { app, secret, clientKey, masterKey },
        };
      }),
    );
}
