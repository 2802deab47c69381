import { InvokeCommand } from '@aws-sdk/client-lambda';
import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { confirm } from '../confirm.ts';
import type { Deployment } from '../deployment.ts';
import { UsageError } from '../errors.ts';
import { type Failure, FailureQueue, MOST } from '../failure-queue.ts';
import { collect, examples, group, type Output, type Shell } from '../program.ts';
import { table } from '../table.ts';
import { readMoment, showMoment } from '../times.ts';

const LOOKING_S = 30;
/** Long enough to invoke all of them again. */
const REDRIVING_S = 300;

/** How much of an error is shown. */
const ERROR_LENGTH = 200;

/** Which failures are meant. */
interface Which {
  readonly id?: string[] | undefined;
  readonly all?: true | undefined;
  /** A part of the function's name. */
  readonly function?: string | undefined;
  /** Epoch ms. */
  readonly since?: number | undefined;
}

const FUNCTION = ['--function <name>', 'only those of functions whose name contains this, such as Push'] as const;
const SINCE = [
  '--since <time>',
  'only those of the last seconds, minutes, hours or days: 90s, 30m, 12h, 7d; or after a moment: 2026-11-23, 2026-11-23T12:00:00Z',
  readMoment,
] as const;
const ALL = ['--all', 'all of them, or those that --function and --since leave'] as const;
const ids = () => new Option('--id <id>', 'this one; may be given several times').argParser(collect).conflicts('all');

/** Commands about asynchronous invocations that failed for good. */
export function addFailures(program: CommandUnknownOpts, shell: Shell): void {
  const failures = group(program, 'failures', 'asynchronous invocations that failed for good');
  addList(failures, shell);
  addRedrive(failures, shell);
  addDrop(failures, shell);
}

function addList(failures: CommandUnknownOpts, { answer }: Shell): void {
  failures
    .command('list')
    .summary('list the invocations that failed for good')
    .description(
      'Lists the asynchronous invocations that failed for good: when, attempts, function, id, error. It shows nothing of what they were about. The queue keeps them for 14 days.',
    )
    .option(...FUNCTION)
    .option(...SINCE)
    .addHelpText('after', examples('failures list', 'failures list --function Push --since 12h'))
    .action((which) => answer((deployment) => list(which, deployment)));
}

async function list(which: Which, deployment: Deployment): Promise<Output> {
  const queue = await FailureQueue.of(deployment);
  const all = await queue.receive(LOOKING_S);
  await queue.release(all);
  const shown = all.filter((failure) => meets(which, failure));
  const more = all.length >= MOST ? [`There may be more: only ${MOST} are looked at in one go`] : [];
  const rows = shown.map((one) => [showMoment(one.at), attemptsOf(one), functionOf(one), one.id, clean(one.error)]);
  return {
    text: [shown.length === 0 ? 'There are no failures' : table(rows), ...more].join('\n'),
    json: shown.map((one) => ({
      id: one.id,
      at: new Date(one.at).toISOString(),
      function: functionOf(one),
      attempts: one.invocation?.attempts,
      error: clean(one.error),
    })),
  };
}

function addRedrive(failures: CommandUnknownOpts, { answer }: Shell): void {
  failures
    .command('redrive')
    .summary('invoke functions again with what failed')
    .description(
      'Invokes functions again with what failed. Each record goes when Lambda has accepted that. Whatever failed halfway the first time is done again as a whole.',
    )
    .addOption(ids())
    .option(...ALL)
    .option(...FUNCTION)
    .option(...SINCE)
    .addHelpText(
      'after',
      examples('failures redrive --id 0b6f5c9e-…', 'failures redrive --all --function Push --since 12h'),
    )
    .action((which) =>
      answer((deployment) =>
        handle(which, deployment, 'invoked again', async ({ invocation }) => {
          if (!invocation) throw new Error('It is no record of a failed invocation');
          const { functionArn: FunctionName, payload } = invocation;
          const Payload = JSON.stringify(payload ?? null);
          await deployment.lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
        }),
      ),
    );
}

function addDrop(failures: CommandUnknownOpts, { answer }: Shell): void {
  failures
    .command('drop')
    .summary('delete records of failures')
    .description('Deletes records of failures. What they were about is lost.')
    .addOption(ids())
    .option(...ALL)
    .option(...FUNCTION)
    .option(...SINCE)
    .option('--yes', 'delete all without asking')
    .addHelpText('after', examples('failures drop --id 0b6f5c9e-…', 'failures drop --all --function Heartbeat'))
    .action(({ yes, ...which }) =>
      answer(async (deployment) => {
        if (which.all) await confirm(`The records of ${described(which)} are deleted for good.`, yes);
        return handle(which, deployment, 'deleted', async () => {});
      }),
    );
}

function described({ function: name, since }: Which): string {
  const of = name === undefined ? '' : ` of functions named like ${name}`;
  return `all failures${of}${since === undefined ? '' : ` since ${showMoment(since)} UTC`}`;
}

/** Does something with each of the records that are meant, and deletes those with which it could be done. */
async function handle(
  which: Which,
  deployment: Deployment,
  done: string,
  act: (failure: Failure) => Promise<void>,
): Promise<Output> {
  const ids = new Set(which.id);
  if (ids.size === 0 && !which.all) throw new UsageError('Which failures? Name them with --id, or give --all');
  const queue = await FailureQueue.of(deployment);
  const all = await queue.receive(REDRIVING_S);
  const wanted = all.filter((one) => meets(which, one) && (ids.size === 0 || ids.has(one.id)));
  const left: Failure[] = all.filter((one) => !wanted.includes(one));
  const problems = [...ids].filter((id) => !all.some((one) => one.id === id)).map((id) => `There is no failure ${id}`);
  const handled: string[] = [];
  try {
    for (const failure of wanted) {
      left.push(failure);
      try {
        await act(failure);
      } catch (error) {
        problems.push(`${failure.id} is left: ${error instanceof Error ? error.message : error}`);
        continue;
      }
      await queue.remove(failure);
      left.pop();
      handled.push(failure.id);
    }
  } finally {
    await queue.release(left);
  }
  const text = [`${handled.length} ${done}`, ...problems].join('\n');
  return { text, json: { done: handled, problems }, failed: problems.length > 0 };
}

function meets({ function: name, since }: Which, failure: Failure): boolean {
  const named = name === undefined || functionOf(failure).toLowerCase().includes(name.toLowerCase());
  return named && (since === undefined || failure.at >= since);
}

const functionOf = ({ invocation }: Failure) => invocation?.functionArn.replace(/^.*:/, '') ?? '?';
const attemptsOf = ({ invocation }: Failure) => (invocation ? `${invocation.attempts} attempts` : '');

/** A message of unknown origin, fit for a terminal. */
const clean = (text: string) => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, ERROR_LENGTH);
