import { randomUUID } from 'node:crypto';
import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { HttpResponse } from '@smithy/core/protocols';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { METRIC } from '../../functions/shared/constants.ts';
import { database } from '../support/database.ts';

const system = database(() => ({}));

const load = async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `${system.origin}/_aws`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  vi.stubEnv('AWS_SESSION_TOKEN', 'none');
  // Metrics are then written to the console of the test.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.resetModules();
  const [{ client }, dynamo, { transact }, { publishMetrics }] = await Promise.all([
    import('../../functions/store/dynamo-client.ts'),
    import('../../functions/store/dynamo.ts'),
    import('../../functions/store/transact.ts'),
    import('../../functions/observe/metrics.ts'),
  ]);
  const network = client.config.requestHandler;
  client.config.requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request, options) => {
      const body = answers.shift();
      if (!body) return network.handle(request, options);
      return { response: new HttpResponse({ statusCode: 200, body: Buffer.from(JSON.stringify(body)) }) };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => network.destroy?.(),
  };
  return { client, ...dynamo, transact, publishMetrics };
};

let store: Awaited<ReturnType<typeof load>>;
/** The client of the SDK, which reads and writes the same. */
let sdk: DynamoDBDocumentClient;
let TableName = '';
/** Bodies of the next responses, in place of the database's. */
const answers: object[] = [];

beforeAll(async () => {
  store = await load();
  TableName = String(system.cloud.outputs.CoreTable);
  sdk = DynamoDBDocumentClient.from(new DynamoDBClient({}));
});

afterEach(() => {
  system.cloud.throttle('dynamodb', 0);
  system.cloud.conflict(0);
});

afterAll(() => {
  store.client.destroy();
  sdk.destroy();
  vi.unstubAllEnvs();
  vi.resetModules();
});

const newKey = () => ({ pk: `documents#${randomUUID()}`, sk: 'one' });

const read = async ({ pk, sk }: { pk: string; sk: string }) =>
  (await store.dynamo.get({ TableName, Key: { pk, sk } })).Item;

describe('a value', () => {
  it.each<[string, unknown]>([
    ['text', 'Größe 名前 "\\'],
    ['an empty text', ''],
    ['an integer', Number.MAX_SAFE_INTEGER],
    ['a negative fraction', -0.125],
    ['zero', 0],
    ['an integer beyond the safe ones', 2n ** 70n],
    ['true', true],
    ['false', false],
    ['null', null],
    ['bytes', new Uint8Array([0, 255, 128])],
    ['a list', [1, 'a', null, [true], {}, []]],
    ['a map', { a: { b: [{ c: 1 }] }, '': 0 }],
    ['a set of texts', new Set(['a', 'b'])],
    ['a set of numbers', new Set([1, 2.5])],
    ['a set of bytes', new Set([new Uint8Array([1]), new Uint8Array([2, 3])])],
  ])('that is %s is stored and read like by the SDK', async (_, value) => {
    const [own, other] = [newKey(), newKey()];
    await store.dynamo.put({ TableName, Item: { ...own, value } });
    await sdk.send(new PutCommand({ TableName, Item: { ...other, value } }));
    const byTheSdk = async (Key: object) => (await sdk.send(new GetCommand({ TableName, Key: { ...Key } }))).Item;
    const expected = await byTheSdk(other);
    expect(await byTheSdk(own)).toEqual({ ...expected, ...own });
    expect(await read(own)).toEqual({ ...expected, ...own });
    expect(await read(other)).toEqual(expected);
    expect(expected?.value).toEqual(value);
  });

  it('can have the name of a property of objects, which the SDK refuses', async () => {
    const Item = { ...newKey(), constructor: 'a', reactions: { constructor: ['tom'], toString: ['tom'] } };
    await store.dynamo.put({ TableName, Item });
    expect(await read(Item)).toEqual(Item);
  });

  it('with the name __proto__ is left out, instead of being a prototype', async () => {
    const Key = newKey();
    await store.dynamo.put({ TableName, Item: { ...Key, map: JSON.parse('{"__proto__":{"admin":true},"a":1}') } });
    const { map } = Object(await read(Key));
    expect(map).toStrictEqual({ a: 1 });
    expect(map).not.toHaveProperty('admin');
  });

  it('that is undefined is left out', async () => {
    const Key = newKey();
    const map = { there: 1, away: undefined };
    await store.dynamo.put({ TableName, Item: { ...Key, map, list: [1, undefined, 2], away: undefined } });
    await store.dynamo.update({
      TableName,
      Key,
      UpdateExpression: 'SET more = :more',
      ExpressionAttributeValues: { ':more': { ...map }, ':away': undefined },
    });
    expect(await read(Key)).toStrictEqual({ ...Key, map: { there: 1 }, list: [1, 2], more: { there: 1 } });
  });

  it.each<[string, unknown]>([
    ['not a number', Number.NaN],
    ['infinite', Number.POSITIVE_INFINITY],
    ['an integer that is not exact', 2 ** 53],
    ['a date', new Date()],
    ['a map object', new Map()],
    ['a function', () => 1],
    ['an empty set', new Set()],
    ['a set of two types', new Set(['a', 1])],
    ['a set of maps', new Set([{}])],
  ])('that is %s is refused, in an item and in a map', async (_, value) => {
    const Key = newKey();
    await expect(store.dynamo.put({ TableName, Item: { ...Key, value } })).rejects.toThrow(/^DynamoDB (cannot )?store/);
    await expect(store.dynamo.put({ TableName, Item: { ...Key, map: { value } } })).rejects.toThrow(/^DynamoDB/);
    expect(await read(Key)).toBeUndefined();
  });
});

describe('a refused write', () => {
  const refused = async (write: Promise<unknown>): Promise<unknown> =>
    write.then(() => undefined).catch((error) => error);

  it('returns the stored item in the format of DynamoDB, if the request wants it', async () => {
    const Item = { ...newKey(), count: 1, tags: new Set(['a']) };
    await store.dynamo.put({ TableName, Item });
    const again = { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' };
    const error = await refused(store.dynamo.put({ ...again, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }));
    expect(store.itemOfRefusal(error)).toEqual({
      pk: { S: Item.pk },
      sk: { S: 'one' },
      count: { N: '1' },
      tags: { SS: ['a'] },
    });
    expect(store.itemOfRefusal(await refused(store.dynamo.put(again)))).toBeUndefined();
    expect(await store.unlessRefused(store.dynamo.put(again))).toBe(false);
  });

  it('cancels its transaction, with a reason for each write', async () => {
    const [one, two] = [newKey(), newKey()];
    await store.dynamo.put({ TableName, Item: { ...two, count: 7 } });
    const writes = [
      { Put: { TableName, Item: { ...one, list: [undefined, 1] } } },
      {
        Update: {
          ...{ TableName, Key: two, UpdateExpression: 'SET #count = :next', ConditionExpression: '#count = :before' },
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':before': 6, ':next': 7 },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
        },
      },
      { ConditionCheck: { TableName, Key: newKey(), ConditionExpression: 'attribute_not_exists(pk)' } },
      { Delete: { TableName, Key: newKey() } },
    ];
    const error = await refused(store.dynamo.transactWrite({ TransactItems: writes }));
    if (!(error instanceof TransactionCanceledException)) throw new Error(`Expected a cancellation: ${error}`);
    expect(error.CancellationReasons?.map(({ Code }) => Code)).toEqual([
      'None',
      'ConditionalCheckFailed',
      'None',
      'None',
    ]);
    expect(error.CancellationReasons?.[1]?.Item).toMatchObject({ count: { N: '7' } });
    expect(await store.transact(writes)).toEqual([false, true, false, false]);
    expect(await read(one)).toBeUndefined();

    await store.dynamo.put({ TableName, Item: { ...two, count: 6 } });
    expect(await store.transact(writes)).toBeUndefined();
    expect([await read(one), await read(two)]).toEqual([
      { ...one, list: [1] },
      { ...two, count: 7 },
    ]);
  });
});

describe('calls', () => {
  it('of one kind at the same time, among other kinds, each have their own result', async () => {
    const keys = Array.from({ length: 20 }, newKey);
    const rounds = keys.map(async (Key, n) => {
      await store.dynamo.put({ TableName, Item: { ...Key, n } });
      const { Attributes } = await store.dynamo.update({
        TableName,
        Key,
        UpdateExpression: 'ADD n :hundred',
        ExpressionAttributeValues: { ':hundred': 100 },
        ReturnValues: 'ALL_NEW',
      });
      const { Items } = await store.dynamo.query({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': Key.pk },
      });
      const deleted = await store.dynamo.delete({ TableName, Key, ReturnValues: 'ALL_OLD' });
      return { Attributes, Items, deleted: deleted.Attributes, left: await read(Key) };
    });
    expect(await Promise.all(rounds)).toEqual(
      keys.map((Key, n) => {
        const item = { ...Key, n: n + 100 };
        return { Attributes: item, Items: [item], deleted: item, left: undefined };
      }),
    );
  });

  it('report the consumed capacity if asked', async () => {
    const { ConsumedCapacity } = await store.dynamo.get({ TableName, Key: newKey(), ReturnConsumedCapacity: 'TOTAL' });
    expect(ConsumedCapacity).toMatchObject({ TableName, CapacityUnits: 0.5 });
  });

  it('that are queries return pages, which continue at a key', async () => {
    const { pk } = newKey();
    const items = ['a', 'b', 'c'].map((sk) => ({ pk, sk }));
    for (const Item of items) await store.dynamo.put({ TableName, Item });
    const input = { TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    const first = await store.dynamo.query({ ...input, Limit: 2 });
    expect(first).toMatchObject({ Items: items.slice(0, 2), LastEvaluatedKey: { pk, sk: 'b' } });
    const second = await store.dynamo.query({ ...input, ExclusiveStartKey: first.LastEvaluatedKey });
    expect([second.Items, second.LastEvaluatedKey]).toEqual([items.slice(2), undefined]);
    expect(await store.countItems(input)).toBe(3);
    expect((await store.dynamo.query({ ...input, Select: 'COUNT' })).Items).toBeUndefined();
  });

  it('that are batch reads read again the keys that were not processed', async () => {
    const keys = [newKey(), newKey(), newKey()];
    const [one, two, away] = keys;
    for (const Key of [one, two]) await store.dynamo.put({ TableName, Item: { ...Key, tags: new Set(['a']) } });
    const unprocessed = { Keys: [two, away].map((key) => ({ pk: { S: key?.pk }, sk: { S: key?.sk } })) };
    answers.push({
      Responses: { [TableName]: [{ pk: { S: one?.pk }, sk: { S: 'one' }, tags: { SS: ['first'] } }] },
      UnprocessedKeys: { [TableName]: unprocessed },
    });
    const found = await store.lookup(keys.map((key) => ({ table: TableName, key, parse: (item) => item?.tags })));
    expect(found).toEqual([new Set(['first']), new Set(['a']), undefined]);
  });

  it('that are throttled are repeated, and each attempt is counted', { tags: 'slow' }, async () => {
    const Key = newKey();
    const Item = { ...Key, n: 1 };
    await store.dynamo.put({ TableName, Item });
    store.publishMetrics({});
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const attempts: (number | undefined)[] = [];
    for (let n = 0; n < 2; n++) {
      system.cloud.throttle('dynamodb', 2);
      const output = await store.dynamo.get({ TableName, Key });
      expect(output.Item).toEqual(Item);
      attempts.push(output.$metadata.attempts);
    }
    store.publishMetrics({});
    const [metrics] = log.mock.calls.flat();
    log.mockRestore();
    expect(attempts).toEqual([3, 3]);
    expect(JSON.parse(String(metrics))).toMatchObject({ [METRIC.tableThrottles]: 4 });
  });

  it('that meet a transaction are repeated', async () => {
    const Item = newKey();
    for (let n = 0; n < 2; n++) {
      system.cloud.conflict(2);
      await store.dynamo.put({ TableName, Item: { ...Item, n } });
      expect(await read(Item)).toEqual({ ...Item, n });
    }
  });
});
