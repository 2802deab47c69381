// @module-tag slow

import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Chaos } from '../../local/chaos.ts';
import { fixtureFunction, run, synthesize } from './fixture.ts';

const assembly = synthesize((stack) => {
  const failed = new sqs.Queue(stack, 'Failed', { enforceSSL: true });
  const probe = fixtureFunction(stack, 'Probe', 'probe', {
    functionName: 'probe',
    timeout: Duration.seconds(1),
    environment: { DECLARED: 'yes' },
  });
  const open = iam.Role.fromRoleArn(stack, 'ProbeRole', probe.role?.roleArn ?? '');
  new iam.Policy(stack, 'Invoke', {
    roles: [open],
    statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: ['*'] })],
  });
  fixtureFunction(stack, 'Flaky', 'flaky', { functionName: 'flaky', onFailure: new SqsDestination(failed) });
  fixtureFunction(stack, 'Once', 'flaky', {
    functionName: 'once',
    onFailure: new SqsDestination(failed),
    retryAttempts: 0,
  });
  fixtureFunction(stack, 'Lossy', 'flaky', { functionName: 'lossy', deadLetterQueue: failed });
  fixtureFunction(stack, 'Missing', 'nothing-of-this-name');
  new lambda.Function(stack, 'Inline', {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => "inline";'),
  });
});

describe('an execution environment', () => {
  test('has what the template declares and what Lambda provides, and nothing of ours', async () => {
    process.env.MACAW_TEST_OF_THE_PARENT = 'leaked';
    const { cloud } = await run(assembly);
    const environment = await cloud.invoke('Probe', { do: 'environment' });
    delete process.env.MACAW_TEST_OF_THE_PARENT;
    expect(environment).toMatchObject({ DECLARED: 'yes', AWS_LAMBDA_FUNCTION_NAME: 'probe', AWS_REGION: 'us-east-1' });
    expect(environment).not.toHaveProperty('MACAW_TEST_OF_THE_PARENT');
    expect(environment).not.toHaveProperty('HOME');
    expect(environment).not.toHaveProperty('UNDECLARED');
  });

  test('gives the handler a context with the time that is left', async () => {
    const { cloud } = await run(assembly);
    const context = Object(await cloud.invoke('Probe', { do: 'context' }));
    expect(context).toMatchObject({
      functionName: 'probe',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:probe',
      memoryLimitInMB: '256',
    });
    expect(context.remaining).toBeGreaterThan(500);
    expect(context.remaining).toBeLessThanOrEqual(1000);
  });

  test('runs inline code of the template', async () => {
    const { cloud } = await run(assembly);
    expect(await cloud.invoke('Inline', {})).toBe('inline');
  });

  test.each([
    ['throw', 'TypeError: thrown on purpose'],
    ['hang', 'Task timed out after 1.00 seconds'],
    ['exit', 'Runtime exited with error: exit status 3'],
  ])('answers with the error when a handler does %s, and the next invocation works', async (what, message) => {
    const { cloud, log } = await run(assembly);
    await expect(cloud.invoke('Probe', { do: what })).rejects.toThrow(message);
    expect(log).toContainEqual(expect.objectContaining({ kind: 'failure', trigger: 'direct' }));
    expect(await cloud.invoke('Probe', { do: 'nothing' })).toBeNull();
  });

  test('says when the handler is not exported', async () => {
    const { cloud } = await run(assembly);
    await expect(cloud.invoke('Missing', {})).rejects.toThrow('Runtime.HandlerNotFound');
  });

  test('serves one invocation at a time, and grows with those that wait', async () => {
    const { cloud } = await run(assembly);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => cloud.invoke('Probe', { do: 'echo', data: `${i}` })),
    );
    expect(answers.map((answer) => JSON.stringify(answer))).toEqual(
      Array.from({ length: 40 }, (_, i) => JSON.stringify({ do: 'echo', data: `${i}` })),
    );
  });
});

const invoke = (payload: object | string, functionName: string, mode?: string) => ({
  do: 'invoke',
  functionName,
  mode,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
});

describe('invoking', () => {
  test('waits for the answer, or the error, of a synchronous invocation', async () => {
    const { cloud } = await run(assembly);
    expect(await cloud.invoke('Probe', invoke({ do: 'echo' }, 'probe'))).toMatchObject({
      ok: true,
      output: { StatusCode: 200, payload: '{"do":"echo"}' },
    });
    expect(await cloud.invoke('Probe', invoke({ do: 'throw' }, 'probe'))).toMatchObject({
      output: { FunctionError: 'Unhandled', payload: expect.stringContaining('"errorType":"TypeError"') },
    });
  });

  test('of a function that does not exist is not found', async () => {
    const { cloud } = await run(assembly);
    expect(await cloud.invoke('Probe', invoke({}, 'nobody'))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
    });
  });

  test('asynchronously is accepted at once and retried twice', async () => {
    const { cloud } = await run(assembly);
    expect(await cloud.invoke('Probe', invoke({ failures: 2 }, 'flaky', 'Event'))).toMatchObject({ status: 202 });
    await cloud.settled();
    expect(Object.values(cloud.calls.summary().invocations)).toEqual([1, 3]);
    expect(Object.values(cloud.failureQueues())).toEqual([[]]);
  });

  test('asynchronously ends in the failure queue when no retry helps', async () => {
    const { cloud } = await run(assembly);
    await cloud.invoke('Probe', invoke({ failures: 9 }, 'flaky', 'Event'));
    await cloud.settled();
    expect(Object.values(cloud.failureQueues())).toEqual([
      [
        expect.objectContaining({
          version: '1.0',
          requestContext: expect.objectContaining({ condition: 'RetriesExhausted', approximateInvokeCount: 3 }),
          requestPayload: { failures: 9 },
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          responsePayload: expect.objectContaining({ errorType: 'Error', errorMessage: 'failure 3' }),
        }),
      ],
    ]);
    expect(cloud.calls.summary().calls).toMatchObject({ 'sqs:SendMessage': 1, 'lambda:Invoke': 1 });
  });

  test('asynchronously is not retried where the template says so', async () => {
    const { cloud } = await run(assembly);
    await cloud.invoke('Probe', invoke({ failures: 9 }, 'once', 'Event'));
    await cloud.settled();
    expect(Object.values(cloud.failureQueues()).flat()).toHaveLength(1);
    expect(Object.values(cloud.calls.summary().invocations)).toEqual([1, 1]);
  });

  test('asynchronously gives a dead-letter queue the event itself', async () => {
    const { cloud } = await run(assembly);
    await cloud.invoke('Probe', invoke({ failures: 9 }, 'lossy', 'Event'));
    await cloud.settled();
    expect(Object.values(cloud.failureQueues())).toEqual([[{ failures: 9 }]]);
  });

  test('asynchronously takes one megabyte and no more', async () => {
    const { cloud } = await run(assembly);
    const big = JSON.stringify('x'.repeat(1024 * 1024));
    expect(await cloud.invoke('Probe', invoke(big, 'probe', 'Event'))).toMatchObject({ status: 413 });
  });
});

describe('random faults', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('kill a function half-way, and its next environment works', async () => {
    const { cloud } = await run(assembly);
    vi.spyOn(Chaos.prototype, 'run').mockReturnValueOnce({ isFrozen: false, killedAfterMs: 20 });
    await expect(cloud.invoke('Probe', { do: 'hang' })).rejects.toThrow('Task timed out');
    expect(await cloud.invoke('Probe', { do: 'nothing' })).toBeNull();
  });

  test('reset the connections of a function that was frozen', async () => {
    const { cloud } = await run(assembly);
    const call = () => cloud.invoke('Probe', invoke({}, 'nobody'));
    await call();
    vi.spyOn(Chaos.prototype, 'run').mockReturnValueOnce({ isFrozen: true });
    // The SDK repeats the call on a new connection.
    expect(await call()).toMatchObject({ status: 404, attempts: 2 });
  });

  test.each([
    ['twice', 'repeated', 2, []],
    ['never, and goes to the failure queue', 'expired', 0, ['EventAgeExceeded']],
  ] as const)('handle an event %s', async (_, fault, times, conditions) => {
    const { cloud } = await run(assembly);
    vi.spyOn(Chaos.prototype, 'event').mockReturnValueOnce(fault);
    await cloud.invoke('Probe', invoke({ failures: 0 }, 'flaky', 'Event'));
    await cloud.settled();
    const runs = cloud.calls.since(0).filter(({ functionId }) => functionId.startsWith('Flaky'));
    expect(runs.filter(({ service }) => service === 'invocation')).toHaveLength(times);
    const failures = Object.values(cloud.failureQueues()).flat();
    expect(failures.map((failure) => Object(failure).requestContext.condition)).toEqual(conditions);
  });
});
