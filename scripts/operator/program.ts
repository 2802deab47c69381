import { Command, type CommandUnknownOpts, InvalidArgumentError } from '@commander-js/extra-typings';
import { Deployment, type Place } from './deployment.ts';

const RUN = 'npm run macaw --';
const LOCAL = 'http://127.0.0.1:3000';
const STAGE = /^[a-z][a-z0-9]{0,15}$/;

/** The last line of what is printed about wrong usage. */
export const HINT = 'Add --help to see what is possible.';

/** What a command prints: to people, and to programs (`--json`). */
export interface Output {
  readonly text: string;
  readonly json: unknown;
  /** Whether something was left undone; exit code 1. @default false */
  readonly failed?: boolean;
}

/** What commands get from the options that all of them have. */
export interface Shell {
  /** Runs a command against the deployment that is meant, and prints what it answers. */
  answer(run: (deployment: Deployment) => Promise<Output>): Promise<void>;
  /** Which of the options were given that say where the deployment is. */
  given(): string[];
}

/** The root of all commands, with the options that all of them have. */
export function createProgram() {
  return new Command(RUN)
    .description('Operates a deployment of Macaw. Secrets are never given on the command line.')
    .option('--stage <stage>', 'the deployment (default: prod)', readStage)
    .option('--region <region>', "where it is deployed (default: AWS_REGION, or the profile's)")
    .option('--local [url]', `a local cloud in place of AWS (default: ${LOCAL})`, readUrl)
    .option('--json', 'print the answer as JSON')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(HINT)
    .helpCommand(false)
    .exitOverride();
}

type Program = ReturnType<typeof createProgram>;

/** The deployment that the options name. */
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

/** A group of commands, which lists them when it stands alone. */
export const group = (program: CommandUnknownOpts, name: string, description: string) =>
  program.command(name).description(description);

/** `help apps create`, the same as `apps create --help`. */
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

/** Examples for the end of a command's help. */
export const examples = (...lines: string[]) => ['\nExamples:', ...lines.map((line) => `  ${RUN} ${line}`)].join('\n');

/** Gathers the values of an option that may be given several times. */
export const collect = (value: string, before: string[] = []) => [...before, value];

/** `--local` may stand alone; then the next word is not its value unless it is a URL. */
export function completeLocal(args: readonly string[]): string[] {
  return args.map((word, n) => (word === '--local' && !URL.canParse(args[n + 1] ?? '') ? `--local=${LOCAL}` : word));
}

function readStage(text: string): string {
  if (STAGE.test(text)) return text;
  throw new InvalidArgumentError('Expected 1 to 16 lower-case letters or digits, a letter first.');
}

/** A URL that a server can have. */
export function readUrl(text: string): string {
  if (/^https?:/.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError(`Expected a URL such as ${LOCAL} or https://chat.example.com.`);
}
