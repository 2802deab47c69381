import * as z from 'zod/mini';
import { DIRECTORY_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { AppSettings } from './app-settings.ts';
import { App, appKey, table } from './apps.ts';
import { collect, dynamo, type Item, query, unlessRefused } from './dynamo.ts';
import { parseStored } from './stored.ts';

/** The current state of an application, for changes. Other callers use `findApp`, which caches. */
export interface StoredApp extends App {
  /** Creation time, epoch ms. */
  readonly created: number;
  /** The settings that were set explicitly; all others have defaults. */
  readonly given: Item;
}

/** The directory partition that contains the applications. The partitions of their users contain a `#`. */
const APPS = 'apps';

const Row = z.object({ [PARTITION_KEY]: z.string() });
const Created = z.object({ [DIRECTORY_INDEX.created]: z.number() });

/** Reads an application with strong consistency. Undefined when it does not exist. */
export async function readApp(id: string): Promise<StoredApp | undefined> {
  const { Item } = await dynamo.get({ TableName: table, Key: appKey(id), ConsistentRead: true });
  if (!Item) return undefined;
  return {
    id,
    ...parseStored(App, Item, 'application'),
    created: Created.parse(Item)[DIRECTORY_INDEX.created],
    given: Object.fromEntries(Object.entries(Item).filter(([name]) => name in AppSettings.shape)),
  };
}

/** The ids of all applications, oldest first. */
export async function listApps(): Promise<string[]> {
  const rows = await collect(
    query({
      TableName: table,
      IndexName: DIRECTORY_INDEX.name,
      KeyConditionExpression: '#directory = :apps',
      ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition },
      ExpressionAttributeValues: { ':apps': APPS },
    }),
  );
  return rows.map((row) => Row.parse(row)[PARTITION_KEY].slice(appKey('')[PARTITION_KEY].length));
}

/**
 * Stores a new application, with defaults for omitted settings. Does not change an existing application.
 * @param now epoch ms
 * @returns whether it was stored
 */
export function storeApp({ id, ...attributes }: Pick<App, 'id'> & z.input<typeof App>, now: number): Promise<boolean> {
  return unlessRefused(
    dynamo.put({
      TableName: table,
      Item: {
        ...appKey(id),
        [DIRECTORY_INDEX.partition]: APPS,
        [DIRECTORY_INDEX.created]: now,
        ...attributes,
      },
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    }),
  );
}
