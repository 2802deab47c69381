// @module-tag slow

import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { fixtureFunction, run, synthesize } from './fixture.ts';

const assembly = synthesize((stack, app) => {
  const data = new Stack(app, 'Data');
  const items = new dynamodb.TableV2(data, 'Items', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
    globalSecondaryIndexes: [
      { indexName: 'byOwner', partitionKey: { name: 'owner', type: dynamodb.AttributeType.STRING } },
    ],
    timeToLiveAttribute: 'expires',
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const others = new dynamodb.Table(data, 'Others', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  });
  const environment = { ITEMS: items.tableName, OTHERS: others.tableName };
  const probe = fixtureFunction(stack, 'Probe', 'probe', { environment, functionName: 'probe' });
  items.grantReadWriteData(probe);
  const reader = fixtureFunction(stack, 'Reader', 'probe', { environment });
  items.grantReadData(reader);
  const bare = fixtureFunction(stack, 'Bare', 'probe', { environment });
  probe.grantInvoke(bare);
  const broad = fixtureFunction(stack, 'Broad', 'probe', { environment });
  broad.addToRolePolicy(new PolicyStatement({ actions: ['dynamodb:*'], resources: ['*'] }));
  broad.addToRolePolicy(
    new PolicyStatement({ effect: Effect.DENY, actions: ['dynamodb:PutItem'], resources: [items.tableArn] }),
  );
});

async function start() {
  const running = await run(assembly);
  const environment = Object.entries(Object(await running.cloud.invoke('Probe', { do: 'environment' })));
  const variable = (name: string) => String(environment.find(([key]) => key === name)?.[1]);
  const table = variable('ITEMS');
  const others = variable('OTHERS');
  const call = (fn: string, operation: string, input: object) => running.cloud.invoke(fn, { do: operation, input });
  return { ...running, table, others, call, mark: running.cloud.calls.mark() };
}

const key = { pk: { S: 'a' }, sk: { S: '1' } };

describe('permissions', () => {
  test('a granted call reaches the table', async () => {
    const { call, table } = await start();
    expect(await call('Probe', 'put', { TableName: table, Item: key })).toMatchObject({ ok: true, status: 200 });
    expect(await call('Reader', 'get', { TableName: table, Key: key })).toMatchObject({
      ok: true,
      output: { Item: key },
    });
  });

  test('a missing grant is refused as DynamoDB refuses it', async () => {
    const { call, table, cloud, mark, log } = await start();
    const answer = await call('Reader', 'put', { TableName: table, Item: key });
    expect(answer).toMatchObject({ ok: false, name: 'AccessDeniedException', status: 400 });
    expect(answer).toHaveProperty(
      'message',
      expect.stringMatching(
        /^User: arn:aws:sts::000000000000:assumed-role\/Test-ReaderServiceRole.+\/Test-Reader.+ is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table\/Data-Items.+ because no identity-based policy allows the dynamodb:PutItem action$/,
      ),
    );
    expect(cloud.calls.since(mark)).toContainEqual(
      expect.objectContaining({ action: 'dynamodb:PutItem', allowed: false, resource: table }),
    );
    expect(log).toContainEqual(expect.objectContaining({ kind: 'denied', action: 'dynamodb:PutItem' }));
  });

  test('an index needs a grant of its own ARN, which grantReadData gives', async () => {
    const { call, table } = await start();
    const query = {
      TableName: table,
      IndexName: 'byOwner',
      KeyConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': 'owner' },
      ExpressionAttributeValues: { ':o': { S: 'ann' } },
    };
    expect(await call('Reader', 'query', query)).toMatchObject({ ok: true });
    expect(await call('Bare', 'query', query)).toHaveProperty('message', expect.stringContaining('/index/byOwner'));
  });

  test('every table of a batch and every item of a transaction is asked for', async () => {
    const { call, table, others } = await start();
    const batch = { RequestItems: { [table]: { Keys: [key] }, [others]: { Keys: [{ pk: { S: 'a' } }] } } };
    expect(await call('Probe', 'batch-get', batch)).toHaveProperty(
      'message',
      expect.stringContaining('table/Data-Others'),
    );
    const items = [
      { Put: { TableName: table, Item: key } },
      { Delete: { TableName: table, Key: { ...key, sk: { S: '2' } } } },
    ];
    expect(await call('Reader', 'transact-write', { TransactItems: items })).toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(await call('Probe', 'transact-write', { TransactItems: items })).toMatchObject({ ok: true });
  });

  test('a table that does not exist is not found by whoever may use any table, and denied to all others', async () => {
    const { call } = await start();
    const input = { TableName: 'nowhere', Key: key };
    expect(await call('Broad', 'get', input)).toMatchObject({ name: 'ResourceNotFoundException', status: 400 });
    expect(await call('Probe', 'get', input)).toMatchObject({ name: 'AccessDeniedException', status: 400 });
  });

  test('an explicit deny wins over any grant, and the message says so', async () => {
    const { call, table } = await start();
    expect(await call('Broad', 'put', { TableName: table, Item: key })).toHaveProperty(
      'message',
      expect.stringMatching(/ with an explicit deny in an identity-based policy$/),
    );
  });

  test('a function may invoke only what it was granted', async () => {
    const { cloud } = await start();
    const invocation = { do: 'invoke', functionName: 'probe', payload: '{"do":"echo"}' };
    expect(await cloud.invoke('Bare', invocation)).toMatchObject({ ok: true, output: { payload: '{"do":"echo"}' } });
    expect(await cloud.invoke('Reader', invocation)).toMatchObject({ name: 'AccessDeniedException', status: 403 });
  });
});

describe('counting', () => {
  test('calls are counted with the units they are billed', async () => {
    const { call, table, cloud, mark } = await start();
    await call('Probe', 'put', { TableName: table, Item: { ...key, text: { S: 'x'.repeat(1500) } } });
    await call('Probe', 'get', { TableName: table, Key: key });
    await call('Probe', 'batch-get', {
      RequestItems: { [table]: { Keys: [key, { pk: { S: 'b' }, sk: { S: '1' } }] } },
    });
    await call('Probe', 'put', { TableName: table, Item: key, ConditionExpression: 'attribute_not_exists(pk)' });
    expect(cloud.calls.summary(mark)).toEqual({
      calls: { 'dynamodb:PutItem': 2, 'dynamodb:GetItem': 1, 'dynamodb:BatchGetItem': 1 },
      invocations: { [cloud.calls.since(mark)[0]?.functionId ?? '']: 4 },
      readUnits: 0.5 + 1,
      writeUnits: 2 + 1,
      denied: [],
    });
  });

  test('consumed capacity is returned only on request', async () => {
    const { call, table } = await start();
    const item = { TableName: table, Key: key };
    expect(await call('Probe', 'get', item)).not.toHaveProperty('output.ConsumedCapacity');
    expect(await call('Probe', 'get', { ...item, ReturnConsumedCapacity: 'TOTAL' })).toHaveProperty(
      'output.ConsumedCapacity.CapacityUnits',
      0.5,
    );
  });
});
