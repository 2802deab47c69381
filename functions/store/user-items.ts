import pMap from 'p-map';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { dynamo, query } from './dynamo.ts';
import { HEAD, headKey, subjectKey } from './keys.ts';

const coreTable = requireEnv(ENV.coreTable);
const messagesTable = requireEnv(ENV.messagesTable);

const WRITES_AT_ONCE = 25;

/** Deletes all items of a partition, except one. */
async function emptyPartition(table: string, partition: string, except?: string): Promise<void> {
  const found = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    ProjectionExpression: '#sk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': partition },
  });
  const remove = async (sortKey: string) => {
    if (sortKey === except) return;
    await dynamo.delete({ TableName: table, Key: { [PARTITION_KEY]: partition, [SORT_KEY]: sortKey } });
  };
  await pMap(found, (item) => remove(String(item[SORT_KEY])), { concurrency: WRITES_AT_ONCE });
}

/** Deletes all items of a user that are left in their own partitions, and their profile last. */
export async function deleteItemsOf(user: Principal): Promise<void> {
  await emptyPartition(messagesTable, `${subjectKey(user)}#cids`);
  await emptyPartition(coreTable, subjectKey(user), HEAD);
  await dynamo.delete({ TableName: coreTable, Key: headKey(user) });
}
