import { type ParseArgsConfig, parseArgs } from 'node:util';
import { suggest } from '../../functions/operator/suggest.ts';
import { type Command, Input, type Output } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { Deployment, type Place } from './deployment.ts';
import { explain, UsageError } from './errors.ts';
import { COMMON, explainCommand, LOCAL, overview } from './help.ts';

const STAGE = /^[a-z][a-z0-9]{0,15}$/;

const says = (text: string): Output => ({ text, json: { help: text } });

/** The help, for `help`, `help COMMAND`, `--help` and `GROUP --help`; undefined when something is to be done. */
function help(args: readonly string[]): Output | undefined {
  const [first = ''] = args;
  if (first !== 'help' && !args.includes('--help')) return undefined;
  const words = args.filter((word) => word !== 'help' && !word.startsWith('-')).slice(0, 2);
  const command = COMMANDS.find(({ name }) => name === words.join(' '));
  if (command) return says(explainCommand(command));
  const group = COMMANDS.filter(({ name }) => words.length === 0 || name.startsWith(`${words.join(' ')} `));
  return group.length > 0 ? says(overview(group)) : undefined;
}

/** @throws Misused when there is no such command */
function find(args: readonly string[]): Command {
  const [first = '', second = ''] = args;
  const command = COMMANDS.find(({ name }) => name === `${first} ${second}`);
  if (command) return command;
  const asked = first === '' || first.startsWith('-') ? '' : `${first} ${second.startsWith('-') ? '' : second}`.trim();
  if (asked === '') throw new UsageError('What is to be done? The command comes first');
  const alike = suggest(
    asked,
    COMMANDS.map(({ name }) => name),
  );
  throw new UsageError(`There is no command ${asked}${alike === undefined ? '' : `; did you mean ${alike}?`}`);
}

/** `--local` may stand alone, for which parseArgs has no word. */
function completeLocal(args: readonly string[]): string[] {
  return args.map((word, n) => (word === '--local' && !URL.canParse(args[n + 1] ?? '') ? `--local=${LOCAL}` : word));
}

function parse(command: Command, args: readonly string[]): { input: Input; place: Place } {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    Object.entries({ ...command.options, ...COMMON }).map(([name, { value, multiple = false }]) => [
      name,
      { type: value === undefined ? 'boolean' : 'string', multiple },
    ]),
  );
  const input = (() => {
    try {
      const { values, positionals } = parseArgs({ args: completeLocal(args), options, allowPositionals: true });
      return new Input(values, positionals);
    } catch (error) {
      // Its first sentence says it all.
      throw new UsageError(error instanceof Error ? error.message.split('. ', 1)[0] : String(error));
    }
  })();
  const stage = input.text('stage') ?? 'prod';
  if (!STAGE.test(stage)) throw new UsageError(`--stage ${stage} is none: it is 1 to 16 lower-case letters or digits`);
  const local = input.text('local');
  if (local !== undefined && !/^https?:/.test(local)) throw new UsageError(`--local ${local} is no URL`);
  return { input, place: { stage, region: input.text('region'), local } };
}

// Node.js 20 is enough here for as long as the versions that are pinned run on it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const args = process.argv.slice(2);
let place: Partial<Place> = {};
try {
  let output = help(args);
  let json = false;
  if (!output) {
    const command = find(args);
    const parsed = parse(command, args.slice(2));
    place = parsed.place;
    json = parsed.input.flag('json');
    output = await command.run(parsed.input, new Deployment(parsed.place));
  }
  console.log(json ? JSON.stringify(output.json, null, 2) : output.text);
  if (output.failed) process.exitCode = 1;
} catch (error) {
  const misused = error instanceof UsageError;
  console.error(misused ? `${error.message}\n"npm run macaw -- help" tells what can be done` : explain(error, place));
  process.exitCode = misused ? 2 : 1;
}
