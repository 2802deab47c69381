import { Command, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { Deployment, type Place } from './deployment.ts';

const RUN = 'npm run macaw --';
const LOCAL = 'http://127.0.0.1:3000';
const STAGE = /^[a-z][a-z0-9]{0,15}$/;

/** The last line of an error about wrong usage. */
export const HINT = 'Add --help for usage.';

/** The output of a command: text, and JSON for `--json`. */
export interface Output {
  readonly text: string;
  readonly json: unknown;
  /** Whether part of the work failed; exit code 1. @default false */
  readonly failed?: boolean;
}

/** The functions that commands get from the common options. */
export interface Shell {
  /** Runs a command against the selected deployment, and prints its output. */
  answer(run: (deployment: Deployment) => Promise<Output>): Promise<void>;
  /** The deployment options that were given. */
  given(): string[];
}

/** The root command, with the common options. */
export function createProgram() {
  return new Command(RUN)
    .description('Operates a deployment of Macaw. Never pass secrets on the command line.')
    .option('--stage <stage>', 'the deployment (default: prod)', readStage)
    .option('--region <region>', "the AWS region (default: AWS_REGION, or the profile's)")
    .option('--local [url]', `use a local cloud instead of AWS (default: ${LOCAL})`, readUrl)
    .option('--json', 'print the output as JSON')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(HINT)
    .helpCommand(false)
    .exitOverride();
}

type Program = ReturnType<typeof createProgram>;

/** The deployment that the options select. */
export function placeOf(program: Program): Place {
  const { stage = 'prod', region, local } = program.opts();
  return { stage, region, local: typeof local === 'string' ? local : undefined };
}

export function shellOf(program: Program): Shell {
  return {
    async answer(run) {
      const { text, json, failed = false } = await run(new Deployment(placeOf(program)));
      console.log(program.opts().json ? JSON.stringify(json, null, 2) : text);
      if (failed) process.exitCode = 1;
    },
    given: () =>
      (['stage', 'region', 'local'] as const)
        .filter((name) => program.opts()[name] !== undefined)
        .map((name) => `--${name}`),
  };
}

/** A group of commands. Without a subcommand, it lists its commands. */
export const group = (program: CommandUnknownOpts, name: string, description: string) =>
  program.command(name).description(description);

/** Adds `help apps create`, which equals `apps create --help`. */
export function addHelpCommand(program: CommandUnknownOpts): void {
  program
    .command('help [command...]')
    .description('explain a command')
    .action((words) => {
      const meant = words.reduce((at, word) => {
        const found = at.commands.find((command) => command.name() === word);
        return found ?? at.error(`error: unknown command '${word}'`);
      }, program);
      meant.help();
    });
}

/** The examples at the end of a command's help. */
export const examples = (...lines: string[]) => ['\nExamples:', ...lines.map((line) => `  ${RUN} ${line}`)].join('\n');

/** Collects the values of a repeatable option. */
export const collect = (value: string, before: string[] = []) => [...before, value];

/** Permits `--local` without a value. The next word is its value only if it is a URL. */
export function completeLocal(args: readonly string[]): string[] {
  return args.map((word, n) => (word === '--local' && !URL.canParse(args[n + 1] ?? '') ? `--local=${LOCAL}` : word));
}

function readStage(text: string): string {
  if (STAGE.test(text)) return text;
  throw new InvalidArgumentError('Expected 1 to 16 lower-case letters or digits, starting with a letter.');
}

/** Parses an http or https URL. */
export function readUrl(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError(`Expected a URL such as ${LOCAL} or https://chat.example.com.`);
}
