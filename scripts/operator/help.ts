import type { Command, Option } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { table } from './table.ts';

export const LOCAL = 'http://127.0.0.1:3000';

/** Options of all commands. */
export const COMMON: Readonly<Record<string, Option>> = {
  stage: { value: 'STAGE', summary: 'the deployment that is meant (default prod)' },
  region: { value: 'REGION', summary: "where it is deployed (default AWS_REGION, or the profile's)" },
  local: { value: '[URL]', summary: `a local cloud in place of AWS (default ${LOCAL})` },
  json: { summary: 'answers as JSON' },
  help: { summary: 'explains a command' },
};

const RUN = 'npm run macaw --';

const list = (commands: readonly Command[]) => table(commands.map(({ name, summary }) => [`  ${name}`, summary]));

const describe = (options: Readonly<Record<string, Option>>) =>
  table(Object.entries(options).map(([name, { value = '', summary }]) => [`  --${name} ${value}`.trimEnd(), summary]));

/** What can be done, or what a group of commands can do. */
export function overview(commands: readonly Command[] = COMMANDS): string {
  return `${RUN} COMMAND [options]

${list(commands)}

${describe(COMMON)}

"${RUN} COMMAND --help" explains a command. Nothing secret is ever given on the command line.`;
}

export function explainCommand({ name, usage, summary, details, options, examples }: Command): string {
  return [
    `${RUN} ${name} ${usage}`.trimEnd(),
    [`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, ...(details ? [details] : [])].join('\n'),
    describe({ ...options, ...COMMON }),
    ['Examples:', ...examples.map((example) => `  ${RUN} ${example}`)].join('\n'),
  ].join('\n\n');
}
