import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { EmulatorClient } from '../../local/dynamodb/client.ts';
import { type Emulator, startEmulator } from '../../local/dynamodb/emulator.ts';
import { ItemKeys } from '../../local/dynamodb/item-keys.ts';
import { type StreamRecord, Streams } from '../../local/dynamodb/streams.ts';
import { createTables } from '../../local/dynamodb/tables.ts';
import type { JsonObject } from '../../local/shared/json.ts';
import { loadModel } from '../../local/template/model.ts';

let emulator: Emulator;
let client: EmulatorClient;
let streams: Streams;
let table: string;
let read: () => StreamRecord[];
let partitions = 0;
let pk: string;

beforeAll(async () => {
  emulator = await startEmulator(undefined);
  client = new EmulatorClient(emulator.endpoint);
  const model = loadModel(inject('assembly'));
  await createTables(model, client);
  streams = new Streams(client, new ItemKeys(model));
  table =
    model
      .ofType('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table')
      .find(({ logicalId }) => /Messages/.test(logicalId))
      ?.identity().ref ?? '';
  read = streams.reader(
    table,
    ({ sk }) => JSON.stringify(sk) !== '{"S":"ignored"}',
    () => {},
  );
});

beforeEach(() => {
  pk = `p${partitions++}`;
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

const write = (operation: string, input: JsonObject) =>
  streams.watch(operation, input, () => client.call(operation, JSON.stringify(input)));

const keyOf = (sk: string) => ({ pk: { S: pk }, sk: { S: sk } });
const item = (sk: string, n: number): JsonObject => ({ ...keyOf(sk), n: { N: String(n) } });
const put = (sk: string, n: number) => write('PutItem', { TableName: table, Item: item(sk, n) });
const count = (sk: string): JsonObject => ({
  ...{ TableName: table, Key: keyOf(sk), UpdateExpression: 'ADD n :one' },
  ExpressionAttributeValues: { ':one': { N: '1' } },
});

/** The changes since the last call, with the number of each item before and after. */
const changes = () =>
  read().map(({ eventName, dynamodb: { Keys, OldImage, NewImage } }) => [
    eventName,
    Object(Keys.sk).S,
    Object(OldImage?.n).N,
    Object(NewImage?.n).N,
  ]);

it('writes of single items are recorded with both images', async () => {
  await put('a', 1);
  await put('a', 2);
  await write('UpdateItem', count('a'));
  await write('DeleteItem', { TableName: table, Key: keyOf('a') });
  expect(changes()).toEqual([
    ['INSERT', 'a', undefined, '1'],
    ['MODIFY', 'a', '1', '2'],
    ['MODIFY', 'a', '2', '3'],
    ['REMOVE', 'a', '3', undefined],
  ]);
});

it('each write of a batch and of a transaction is recorded', async () => {
  await put('b', 1);
  const requests = [{ PutRequest: { Item: item('a', 1) } }, { DeleteRequest: { Key: keyOf('b') } }];
  await write('BatchWriteItem', { RequestItems: { [table]: requests } });
  const check = { TableName: table, Key: keyOf('a'), ConditionExpression: 'attribute_exists(pk)' };
  await write('TransactWriteItems', { TransactItems: [{ ConditionCheck: check }, { Update: count('c') }] });
  expect(changes()).toEqual([
    ['INSERT', 'b', undefined, '1'],
    ['INSERT', 'a', undefined, '1'],
    ['REMOVE', 'b', '1', undefined],
    ['INSERT', 'c', undefined, '1'],
  ]);
});

it('a write that fails, that changes nothing, or that no function wants is not recorded', async () => {
  await put('a', 1);
  await put('a', 1);
  const refused = { TableName: table, Item: item('a', 5), ConditionExpression: 'attribute_not_exists(pk)' };
  expect(await write('PutItem', refused)).toMatchObject({ status: 400 });
  await write('DeleteItem', { TableName: table, Key: keyOf('nothing') });
  await put('ignored', 1);
  expect(changes()).toEqual([['INSERT', 'a', undefined, '1']]);
});

it('changes of an item at the same time are in order', async () => {
  await Promise.all(Array.from({ length: 20 }, () => write('UpdateItem', count('a'))));
  const found = changes();
  expect(found).toHaveLength(20);
  expect(found.map(([, , before]) => before ?? '0')).toEqual(found.map((_, n) => String(n)));
  expect(found.map(([, , , after]) => after)).toEqual(found.map((_, n) => String(n + 1)));
});

it('the emulator keeps no stream, which would make each write slower than the last one', async () => {
  const { Table } = JSON.parse(await client.must('DescribeTable', { TableName: table }));
  expect(Table.LatestStreamArn).toBeUndefined();
});
