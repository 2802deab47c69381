import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Command, Input, Output } from '../command.ts';
import type { Deployment } from '../deployment.ts';
import { UsageError } from '../errors.ts';
import { type Failure, FailureQueue, MOST } from '../failure-queue.ts';
import { table } from '../table.ts';
import { readMoment, showMoment } from '../times.ts';

const LOOKING_S = 30;
/** Long enough to invoke all of them again. */
const REDRIVING_S = 300;

/** How much of an error is shown. */
const ERROR_LENGTH = 200;

const WHICH = {
  function: { value: 'F', summary: 'only those of functions whose name contains this, such as Push' },
  since: { value: 'TIME', summary: 'only those of the last 30m, 12h, 7d, or after 2026-11-23T12:00:00Z' },
};
const IDS = { id: { value: 'ID', multiple: true, summary: 'this one; may be given several times' } };

export const failuresList: Command = {
  name: 'failures list',
  usage: '',
  summary: 'lists the asynchronous invocations that failed for good: when, attempts, function, id, error',
  details: 'It shows nothing of what they were about. The queue keeps them for 14 days.',
  options: WHICH,
  examples: ['failures list', 'failures list --function Push --since 12h'],
  async run(input, deployment) {
    input.none(0);
    const wanted = filter(input);
    const queue = await FailureQueue.of(deployment);
    const all = await queue.receive(LOOKING_S);
    await queue.release(all);
    const shown = all.filter(wanted);
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
  },
};

export const failuresRedrive: Command = {
  name: 'failures redrive',
  usage: '--id ID ... | --all',
  summary: 'invokes functions again with what failed; each record goes when Lambda has accepted that',
  details: 'Whatever failed halfway the first time is done again as a whole.',
  options: { ...IDS, all: { summary: 'all of them, or those that --function and --since leave' }, ...WHICH },
  examples: ['failures redrive --id 0b6f5c9e-…', 'failures redrive --all --function Push'],
  run: (input, deployment) =>
    handle(input, deployment, 'invoked again', async ({ invocation }) => {
      if (!invocation) throw new Error('It is no record of a failed invocation');
      const { functionArn: FunctionName, payload } = invocation;
      const Payload = JSON.stringify(payload ?? null);
      await deployment.lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload }));
    }),
};

export const failuresDrop: Command = {
  name: 'failures drop',
  usage: '--id ID ... | --all',
  summary: 'deletes records of failures; what they were about is lost',
  options: { ...IDS, all: { summary: 'all of them, or those that --function and --since leave' }, ...WHICH },
  examples: ['failures drop --id 0b6f5c9e-…', 'failures drop --all --function Heartbeat'],
  run: (input, deployment) => handle(input, deployment, 'deleted', async () => {}),
};

/** Does something with each of the records that are meant, and deletes those with which it could be done. */
async function handle(
  input: Input,
  deployment: Deployment,
  done: string,
  act: (failure: Failure) => Promise<void>,
): Promise<Output> {
  input.none(0);
  const ids = new Set(input.texts('id'));
  if (ids.size === 0 && !input.flag('all')) throw new UsageError('Which? Name them with --id, or say --all');
  const meets = filter(input);
  const queue = await FailureQueue.of(deployment);
  const all = await queue.receive(REDRIVING_S);
  const wanted = all.filter((one) => meets(one) && (ids.size === 0 || ids.has(one.id)));
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

function filter(input: Input): (failure: Failure) => boolean {
  const name = input.text('function')?.toLowerCase();
  const since = input.text('since');
  const from = since === undefined ? undefined : readMoment('since', since, Date.now());
  return (failure) =>
    (name === undefined || functionOf(failure).toLowerCase().includes(name)) &&
    (from === undefined || failure.at >= from);
}

const functionOf = ({ invocation }: Failure) => invocation?.functionArn.replace(/^.*:/, '') ?? '?';
const attemptsOf = ({ invocation }: Failure) => (invocation ? `${invocation.attempts} attempts` : '');

/** A message of unknown origin, fit for a terminal. */
const clean = (text: string) => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, ERROR_LENGTH);
