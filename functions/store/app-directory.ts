import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { DIRECTORY_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { AppSettings } from './app-settings.ts';
import { App, appKey, table } from './apps.ts';
import { collect, dynamo, type Item, query, unlessRefused } from './dynamo.ts';
import { parseStored } from './stored.ts';

/** An application as it is stored now, for whoever changes it; others find it in a cache, with `findApp`. */
export interface StoredApp extends App {
  /** When it was stored, epoch ms. */
  readonly created: number;
  /** The settings that were given; all others have their defaults. */
  readonly given: Item;
}

/** The partition of the directory that holds the applications themselves; those of their users have a `#`. */
const APPS = 'apps';

const Row = z.object({ [PARTITION_KEY]: z.string() });
const Created = z.object({ [DIRECTORY_INDEX.created]: z.number() });

/** The application of that id as it is now; undefined when there is none. */
export async function readApp(id: string): Promise<StoredApp | undefined> {
  const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: appKey(id), ConsistentRead: true }));
  if (!Item) return undefined;
  return {
    id,
    ...parseStored(App, Item, 'application'),
    created: Created.parse(Item)[DIRECTORY_INDEX.created],
    given: Object.fromEntries(Object.entries(Item).filter(([name]) => name in AppSettings.shape)),
  };
}

/** The ids of all applications, the oldest first. */
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
 * Stores an application, or leaves the one that has this id as it is. Settings not given have their defaults.
 * @param now epoch ms
 * @returns whether it was stored
 */
export function storeApp({ id, ...attributes }: Pick<App, 'id'> & z.input<typeof App>, now: number): Promise<boolean> {
  return unlessRefused(
    dynamo.send(
      new PutCommand({
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
    ),
  );
}
