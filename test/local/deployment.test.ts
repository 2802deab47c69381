// @module-tag slow

import { execFileSync } from 'node:child_process';
import { CfnOutput, CfnParameter, CustomResource, Duration } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { describe, expect, test } from 'vitest';
import { startCloud } from '../../local/cloud.ts';
import { fixtureFunction, run, synthesize, temporaryDirectory } from './fixture.ts';

const assembly = synthesize((stack) => {
  const greeting = new CfnParameter(stack, 'Greeting', { default: 'Hello' });
  const items = new dynamodb.TableV2(stack, 'Items', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
  });
  const custom = fixtureFunction(stack, 'Custom', 'custom');
  const first = new CustomResource(stack, 'First', {
    serviceToken: custom.functionArn,
    properties: { Greeting: greeting.valueAsString, Count: 3 },
  });
  const probe = fixtureFunction(stack, 'Probe', 'probe', {
    environment: { ANSWER: first.getAttString('Answer'), ITEMS: items.tableName },
  });
  items.grantReadWriteData(probe);
  new events.Rule(stack, 'Tick', {
    schedule: events.Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(probe)],
  });
  new scheduler.Schedule(stack, 'Tock', {
    schedule: scheduler.ScheduleExpression.cron({ minute: '5' }),
    target: new LambdaInvoke(probe, { input: scheduler.ScheduleTargetInput.fromObject({ do: 'echo' }) }),
  });
  new CfnOutput(stack, 'Answer', { value: first.getAttString('Answer') });
});

/** Ids of the emulator processes that this process has started. */
function emulators(): string[] {
  const processes = execFileSync('ps', ['-o', 'pid=,stat=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return processes.split('\n').filter((line) => line.includes('dynoxide') && !line.includes('<defunct>'));
}

describe('custom resources', () => {
  test('are created with what the template gives them, and others see their answer', async () => {
    const { cloud, printed } = await run(assembly);
    expect(cloud.outputs.Answer).toBe('Hello, Create');
    expect(await cloud.invoke('Probe', { do: 'environment' })).toMatchObject({ ANSWER: 'Hello, Create' });
    expect(printed('custom')).toEqual([
      {
        RequestType: 'Create',
        ServiceToken: expect.stringContaining(':function:Test-Custom'),
        ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/),
        StackId: expect.stringMatching(/^arn:aws:cloudformation:us-east-1:000000000000:stack\/Test\//),
        RequestId: expect.any(String),
        LogicalResourceId: 'First',
        ResourceType: 'AWS::CloudFormation::CustomResource',
        ResourceProperties: { ServiceToken: expect.any(String), Greeting: 'Hello', Count: '3' },
      },
    ]);
  });

  test('that fail stop the start with their reason', async () => {
    const failing = synthesize((stack) => {
      const custom = fixtureFunction(stack, 'Custom', 'custom');
      new CustomResource(stack, 'Doomed', { serviceToken: custom.functionArn, properties: { Fail: 'no luck' } });
    });
    const before = emulators();
    await expect(startCloud({ assembly: failing })).rejects.toThrow(
      'Test/Doomed (AWS::CloudFormation::CustomResource) failed: no luck',
    );
    expect(emulators()).toEqual(before);
  });
});

describe('state that is kept', () => {
  test('survives a restart: items are there, and custom resources are updated instead of created', async () => {
    const dataDir = temporaryDirectory();
    const first = await startCloud({ assembly, dataDir });
    const environment = await first.invoke('Probe', { do: 'environment' });
    const TableName = environment && typeof environment === 'object' && 'ITEMS' in environment ? environment.ITEMS : '';
    await first.invoke('Probe', { do: 'put', input: { TableName, Item: { pk: { S: 'kept' } } } });
    await first.stop();

    const { cloud } = await run(assembly, { dataDir, parameters: { Greeting: 'Again' } });
    expect(cloud.outputs.Answer).toBe('Again, Update');
    expect(await cloud.invoke('Probe', { do: 'get', input: { TableName, Key: { pk: { S: 'kept' } } } })).toMatchObject({
      output: { Item: { pk: { S: 'kept' } } },
    });
  });
});

describe('schedules', () => {
  test('fire by hand, with the event EventBridge would send', async () => {
    const { cloud } = await run(assembly);
    const mark = cloud.calls.mark();
    await cloud.fire('Tick');
    await cloud.fire('Tock');
    const triggers = cloud.calls.since(mark).map((entry) => entry.service === 'invocation' && entry.trigger);
    expect(triggers).toEqual([expect.stringMatching(/^schedule Tick/), expect.stringMatching(/^schedule Tock/)]);
    await expect(cloud.fire('Nothing')).rejects.toThrow('No schedule is called Nothing');
  });
});

describe('starting and stopping', () => {
  test('leaves no process behind', async () => {
    const before = emulators();
    const cloud = await startCloud({ assembly });
    expect(emulators()).toHaveLength(before.length + 1);
    await cloud.stop();
    expect(emulators()).toEqual(before);
    await expect(fetch(cloud.origin)).rejects.toThrow();
  });

  test('rejects an unknown resource type and names its location', () => {
    const unknown = synthesize((stack) => {
      new s3.CfnAccessGrantsInstance(stack, 'Strange');
    });
    return expect(startCloud({ assembly: unknown })).rejects.toThrow('Test/Strange (AWS::S3::AccessGrantsInstance)');
  });

  test('refuses a parameter that no stack declares', async () => {
    await expect(startCloud({ assembly, parameters: { Greating: 'Hi' } })).rejects.toThrow(
      'No stack declares a parameter Greating',
    );
  });
});
