import { ENV, EVERYBODY_INDEX, EVERYBODY_SHARDS, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { QueryInput } from './documents.ts';
import { countItems, query } from './dynamo.ts';
import { connectionIdOf, connectionKey, hashBucket } from './keys.ts';

const table = requireEnv(ENV.connectionsTable);

const shardKey = (app: string, shard: number) => `${app}#${shard}`;

/** The attributes that add a connection to the index of all connections of its application. */
export const everybodyEntry = (app: string, connectionId: string) => ({
  [EVERYBODY_INDEX.shard]: shardKey(app, hashBucket(connectionId, EVERYBODY_SHARDS)),
});

/**
 * Lists the connections of an application in one shard of EVERYBODY_SHARDS.
 * @param after the connection after which to start; the order is arbitrary but stable
 * @param limit maximum number of connections
 */
export async function* connectionsOfApp(
  app: string,
  shard: number,
  { after, limit }: { after?: string | undefined; limit?: number } = {},
): AsyncGenerator<string> {
  const key = shardKey(app, shard);
  const input: QueryInput = {
    TableName: table,
    IndexName: EVERYBODY_INDEX.name,
    KeyConditionExpression: '#shard = :shard',
    ExpressionAttributeNames: { '#shard': EVERYBODY_INDEX.shard },
    ExpressionAttributeValues: { ':shard': key },
    ...(after !== undefined && { ExclusiveStartKey: { ...connectionKey(after), [EVERYBODY_INDEX.shard]: key } }),
  };
  for await (const item of query(input, limit)) yield connectionIdOf(String(item[PARTITION_KEY]));
}

/** The number of open connections of an application. */
export async function countConnections(app: string): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: EVERYBODY_SHARDS }, (_, shard) =>
      countItems({
        TableName: table,
        IndexName: EVERYBODY_INDEX.name,
        KeyConditionExpression: '#shard = :shard',
        ExpressionAttributeNames: { '#shard': EVERYBODY_INDEX.shard },
        ExpressionAttributeValues: { ':shard': shardKey(app, shard) },
      }),
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
