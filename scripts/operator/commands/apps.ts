import { RESULTS } from '../../../functions/operator/commands.ts';
import type { Command } from '../command.ts';
import { secrets } from '../secret.ts';
import { table } from '../table.ts';
import { showMoment } from '../times.ts';
import { FILE, readSettings } from './read-settings.ts';

const KEYS_STATE = {
  ok: '',
  differ: 'its secret holds other keys than are accepted: rotate the key, or bring the right one --with-key',
  missing: 'it has no secret: rotate its master key',
};

export const appsCreate: Command = {
  name: 'apps create',
  usage: 'ID [SETTING=VALUE ...]',
  summary: 'makes an application, and its keys in Secrets Manager',
  details: 'ID is 1 to 64 letters, digits, "_" or "-". The settings are those of "apps settings".',
  options: {
    ...FILE,
    'with-keys': {
      summary:
        'its clients carry keys already: they are asked for (MACAW_CLIENT_KEY, MACAW_MASTER_KEY), or read from the standard input, one a line; an empty one is generated',
    },
  },
  examples: [
    'apps create my-app',
    'apps create my-app mode=strict groupMembers=100',
    'apps create 5552f5c0 --with-keys < keys.txt',
  ],
  async run(input, deployment) {
    const app = input.word(0, 'ID');
    const settings = await readSettings(input, 1);
    const keys = input.flag('with-keys') ? await askForKeys() : {};
    const made = await deployment.ask({ command: 'create', app, settings, keys }, RESULTS.create);
    return { text: `${made.app} is there; its keys are in the secret ${made.secret}`, json: made };
  },
};

async function askForKeys(): Promise<{ clientKey?: string; masterKey?: string }> {
  const [clientKey, masterKey] = await secrets([
    { variable: 'MACAW_CLIENT_KEY', question: 'The client key' },
    { variable: 'MACAW_MASTER_KEY', question: 'The master key' },
  ]);
  return { ...(clientKey && { clientKey }), ...(masterKey && { masterKey }) };
}

export const appsList: Command = {
  name: 'apps list',
  usage: '',
  summary: 'lists the applications, and whether their secrets hold the keys that are accepted',
  options: {},
  examples: ['apps list', 'apps list --stage dev --json'],
  async run(input, deployment) {
    input.none(0);
    const apps = await deployment.ask({ command: 'list' }, RESULTS.list);
    const rows = apps.map(({ app, mode, created, secret, keys, previousClientKeyUntil: until }) => {
      const grace = until === undefined ? '' : `the client key before works until ${showMoment(until)}`;
      return [app, mode, showMoment(created), secret, [grace, KEYS_STATE[keys]].filter(Boolean).join('; ')];
    });
    return { text: apps.length === 0 ? 'There are no applications' : table(rows), json: apps };
  },
};

export const appsKeys: Command = {
  name: 'apps keys',
  usage: 'ID [--show]',
  summary: 'tells where the keys of an application are, and shows them when asked to',
  options: { show: { summary: 'prints the keys themselves' } },
  examples: ['apps keys my-app', 'apps keys my-app --show --json'],
  async run(input, deployment) {
    const [app] = input.exactly('ID');
    const secret = deployment.secretOf(app);
    const keys = await deployment.keys(app);
    if (!input.flag('show'))
      return { text: `They are in the secret ${secret}; --show prints them`, json: { app, secret } };
    const { clientKey, masterKey } = keys;
    return { text: `client key  ${clientKey}\nmaster key  ${masterKey}`, json: { app, secret, clientKey, masterKey } };
  },
};

export const appsSettings: Command = {
  name: 'apps settings',
  usage: 'ID [SETTING=VALUE ...]',
  summary: 'shows the settings of an application, and changes them',
  details:
    'All of the changes are made, or none. They work everywhere within a minute. docs/reference/cli.md lists the settings.',
  options: {
    ...FILE,
    reset: { value: 'SETTING', multiple: true, summary: 'gives a setting its default' },
  },
  examples: [
    'apps settings my-app',
    'apps settings my-app groupMembers=100 sms.prefix=+86 --reset mode',
    'apps settings my-app --file logins.json',
  ],
  async run(input, deployment) {
    const app = input.word(0, 'ID');
    const set = await readSettings(input, 1);
    const command = { command: 'settings', app, set, reset: input.texts('reset') } as const;
    const settings = await deployment.ask(command, RESULTS.settings);
    const rows = settings.map(({ name, value, isDefault }) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
      isDefault ? '(default)' : '',
    ]);
    return { text: table(rows), json: Object.fromEntries(settings.map(({ name, value }) => [name, value])) };
  },
};
