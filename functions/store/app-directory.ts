import { setTimeout } from 'node:timers/promises';
import * as z from 'zod/mini';
import { DIRECTORY_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { AppSettings } from './app-settings.ts';
import { App, type AppChanges, appKey, changeApp, table } from './apps.ts';
import { collect, dynamo, type Item, query, unlessRefused } from './dynamo.ts';
import { parseStored } from './stored.ts';

/** The current state of an application, for changes. Other callers use `findApp`, which caches. */
export interface StoredApp extends App {
  /** Creation time, epoch ms. */
  readonly created: number;
  /** The settings that were set explicitly; all others have defaults. */
  readonly given: Item;
  /** All attributes, as they are stored. */
  readonly item: Item;
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
    item: Item,
  };
}

const ATTEMPTS = 10;
const LONGEST_PAUSE_MS = 200;

/**
 * Changes an application by what is stored. Concurrent changes follow each other.
 * @param change returns the changes of the application as it is now; undefined if there is nothing to change. Its errors
 *   propagate.
 * @returns false when the application does not exist
 * @throws ChatError 5005 after too many concurrent changes
 */
export async function updateApp(id: string, change: (app: StoredApp) => AppChanges | undefined): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const app = await readApp(id);
    if (!app) return false;
    const changes = change(app);
    if (!changes || (await changeApp(id, changes, app.item))) return true;
    await setTimeout(Math.random() * LONGEST_PAUSE_MS);
  }
  throw new ChatError(ERROR.conflict, `Too many requests change the application ${id} at this moment; try again`);
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
