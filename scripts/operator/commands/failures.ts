import { InvokeCommand } from '@aws-sdk/client-lambda';
import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { type Failure, functionOf } from '../../../functions/jobs/failed-invocation.ts';
import { confirm } from '../confirm.ts';
import type { Deployment } from '../deployment.ts';
import { UsageError } from '../errors.ts';
import { FailureQueue, MOST, type Received } from '../failure-queue.ts';
import { collect, examples, group, type Output, type Shell } from '../program.ts';
import { table } from '../table.ts';
import { readMoment, showMoment } from '../times.ts';

const LOOKING_S = 30;
/** Long enough to invoke all of them again. */
const REDRIVING_S = 300;

/** The selected failures. */
interface Which {
  readonly id?: string[] | undefined;
  readonly all?: true | undefined;
  /** Part of the function name. */
  readonly function?: string | undefined;
  /** Epoch ms. */
  readonly since?: number | undefined;
}

const FUNCTION = [
  '--function <name>',
  'only failures of functions whose name contains this text, such as Push',
] as const;
const SINCE = [
  '--since <time>',
  'only failures of the last seconds, minutes, hours or days: 90s, 30m, 12h, 7d; or after a time: 2026-11-23, 2026-11-23T12:00:00Z',
  readMoment,
] as const;
const ALL = ['--all', 'all failures, or all that match --function and --since'] as const;
const ids = () => new Option('--id <id>', 'the failure with this id; repeatable').argParser(collect).conflicts('all');

export function addFailures(program: CommandUnknownOpts, shell: Shell): void {
  const failures = group(program, 'failures', 'asynchronous invocations that failed permanently');
  addList(failures, shell);
  addRedrive(failures, shell);
  addDrop(failures, shell);
}

function addList(failures: CommandUnknownOpts, { answer }: Shell): void {
  failures
    .command('list')
    .summary('list the invocations that failed permanently')
    .description(
      'Lists the asynchronous invocations that failed permanently: time, attempts, function, id, error. The list does not show the events. The queue retains them for 14 days.',
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
  const more = all.length >= MOST ? [`There may be more: the list contains at most ${MOST}`] : [];
  const rows = shown.map((failure) => [
    showMoment(failure.at),
    attemptsOf(failure),
    functionOf(failure),
    failure.id,
    failure.error,
  ]);
  return {
    text: [shown.length === 0 ? 'There are no failures' : table(rows), ...more].join('\n'),
    json: shown.map((failure) => ({
      id: failure.id,
      at: new Date(failure.at).toISOString(),
      function: functionOf(failure),
      attempts: failure.invocation?.attempts,
      error: failure.error,
    })),
  };
}

function addRedrive(failures: CommandUnknownOpts, { answer }: Shell): void {
  failures
    .command('redrive')
    .summary('retry failed invocations')
    .description(
      'Retries failed invocations. Deletes each record when Lambda accepts the retry. An invocation that failed partway runs again completely.',
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
          if (!invocation) throw new Error('It is not a record of a failed invocation');
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
    .summary('delete failure records')
    .description('Deletes failure records. The events are lost.')
    .addOption(ids())
    .option(...ALL)
    .option(...FUNCTION)
    .option(...SINCE)
    .option('--yes', 'delete all without confirmation')
    .addHelpText('after', examples('failures drop --id 0b6f5c9e-…', 'failures drop --all --function Heartbeat'))
    .action(({ yes, ...which }) =>
      answer(async (deployment) => {
        if (which.all) await confirm(`The records of ${described(which)} are deleted permanently.`, yes);
        return handle(which, deployment, 'deleted', async () => {});
      }),
    );
}

function described({ function: name, since }: Which): string {
  const of = name === undefined ? '' : ` of functions whose name contains ${name}`;
  return `all failures${of}${since === undefined ? '' : ` since ${showMoment(since)} UTC`}`;
}

/** Applies an action to each selected record, and deletes those for which it succeeds. */
async function handle(
  which: Which,
  deployment: Deployment,
  done: string,
  act: (failure: Received) => Promise<void>,
): Promise<Output> {
  const ids = new Set(which.id);
  if (ids.size === 0 && !which.all) throw new UsageError('No failures selected: specify --id, or give --all');
  const queue = await FailureQueue.of(deployment);
  const all = await queue.receive(REDRIVING_S);
  const wanted = all.filter((failure) => meets(which, failure) && (ids.size === 0 || ids.has(failure.id)));
  const left: Received[] = all.filter((failure) => !wanted.includes(failure));
  const problems = [...ids]
    .filter((id) => !all.some((failure) => failure.id === id))
    .map((id) => `There is no failure ${id}`);
  const handled: string[] = [];
  try {
    for (const failure of wanted) {
      left.push(failure);
      try {
        await act(failure);
      } catch (error) {
        problems.push(`${failure.id} was not processed: ${error instanceof Error ? error.message : error}`);
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

const attemptsOf = ({ invocation }: Failure) => (invocation ? `${invocation.attempts} attempts` : '');
