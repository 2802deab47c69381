import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV } from '../functions/shared/constants.ts';
import { indexChanges, type Searchable } from '../functions/store/attribute-index.ts';
import { directoryEntry, headKey } from '../functions/store/keys.ts';
import { type Cloud, startCloud } from '../local/cloud.ts';
import { startEmulator } from '../local/dynamodb/emulator.ts';
import { DEMO } from '../scripts/demo.ts';

/** A local cloud with direct access to its tables, which is a hundred times faster than requests. */
export interface FilledCloud {
  readonly cloud: Cloud;
  /** The DynamoDB endpoint of its tables. */
  readonly database: URL;
  /** Creates users with attributes. */
  fill(app: string, users: readonly { id: string; attributes: Record<string, unknown> }[]): Promise<void>;
  stop(): Promise<void>;
}

const BATCH = 25;
const WRITERS = 8;

export async function startFilledCloud(assembly: string): Promise<FilledCloud> {
  const emulator = await startEmulator(undefined);
  const cloud = await startCloud({ assembly, ...DEMO, database: emulator.endpoint });
  const client = new DynamoDBClient({
    endpoint: emulator.endpoint.href,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const dynamo = DynamoDBDocumentClient.from(client);
  const core = String(cloud.outputs.CoreTable);
  // The store builds the index items. It reads the table name from the environment.
  process.env[ENV.attributesTable] = cloud.outputs.AttributesTable;
  let created = 1_700_000_000_000;

  return {
    cloud,
    database: emulator.endpoint,
    async fill(app, users) {
      const writes = users.flatMap(({ id, attributes }) => {
        const user: Searchable = { app, kind: 'user', id };
        const ts = created++;
        const head = { ...headKey(user), ...directoryEntry(user), ts, attributes: JSON.stringify(attributes) };
        const puts = indexChanges(user, {}, attributes).flatMap(({ Put }) => (Put ? [Put] : []));
        return [{ TableName: core, Item: head }, ...puts];
      });
      let next = 0;
      await Promise.all(
        Array.from({ length: WRITERS }, async () => {
          for (let n = next; n < writes.length; n = next) {
            next += BATCH;
            await dynamo.send(new BatchWriteCommand({ RequestItems: requests(writes.slice(n, n + BATCH)) }));
          }
        }),
      );
    },
    async stop() {
      await cloud.stop();
      client.destroy();
      await emulator.stop();
    },
  };
}

type Put = { TableName: string | undefined; Item: Record<string, unknown> | undefined };

function requests(puts: readonly Put[]) {
  const byTable: Record<string, { PutRequest: { Item: Record<string, unknown> | undefined } }[]> = {};
  for (const { TableName = '', Item } of puts) {
    const table = byTable[TableName] ?? [];
    table.push({ PutRequest: { Item } });
    byTable[TableName] = table;
  }
  return byTable;
}
