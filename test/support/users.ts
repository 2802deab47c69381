import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Cloud } from '../../local/cloud.ts';

/** Maximum items of one batch. */
const BATCH = 25;

/** Stores users who have never logged in, each a millisecond younger than the one before. Much faster than logins. */
export async function storeUsers({ origin, outputs }: Cloud, app: string, ids: readonly string[]): Promise<void> {
  const client = new DynamoDBClient({
    endpoint: `${origin}/_aws`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
  });
  const dynamo = DynamoDBDocumentClient.from(client);
  const table = String(outputs.CoreTable);
  const created = Date.now();
  for (let n = 0; n < ids.length; n += BATCH) {
    const requests = ids.slice(n, n + BATCH).map((id, i) => ({
      PutRequest: { Item: { pk: `${app}#user#${id}`, sk: 'profile', ts: created + n + i, directory: `${app}#user` } },
    }));
    await dynamo.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
  client.destroy();
}
