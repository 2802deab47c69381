import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { Item } from './attribute-values.ts';
import { dynamo, type QueryInput } from './documents.ts';

export type { Item } from './attribute-values.ts';
export { dynamo } from './documents.ts';

export type Key = Record<string, string>;

/** A read of one item and its parser. Stores return lookups, so that a use case can batch them. */
export interface Lookup<T> {
  readonly table: string;
  readonly key: Key;
  readonly parse: (item: Item | undefined) => T;
}

type Results<T extends readonly Lookup<unknown>[]> = {
  -readonly [K in keyof T]: T[K] extends Lookup<infer R> ? R : never;
};

const BATCH = 100;

/**
 * Reads items, one BatchGetItem call per hundred.
 * @param consistent whether the result includes all earlier writes, at double cost. @default false
 */
export async function lookup<const T extends readonly Lookup<unknown>[]>(
  lookups: T,
  { consistent = false } = {},
): Promise<Results<T>> {
  const unique = [...new Map(lookups.map((item) => [identity(item.table, item.key), item])).values()];
  const chunks = Array.from({ length: Math.ceil(unique.length / BATCH) }, (_, n) =>
    unique.slice(n * BATCH, (n + 1) * BATCH),
  );
  const found = new Map((await Promise.all(chunks.map((chunk) => readChunk(chunk, consistent)))).flat());
  // The result tuple follows from the types of the lookups, which `map()` cannot express.
  return lookups.map(({ table, key, parse }) => parse(found.get(identity(table, key)))) as Results<T>;
}

async function readChunk(lookups: readonly Lookup<unknown>[], consistent: boolean): Promise<[string, Item][]> {
  const found: [string, Item][] = [];
  const mode = consistent ? { ConsistentRead: true } : {};
  let request: Record<string, { Keys: Item[]; ConsistentRead?: boolean }> = {};
  for (const { table, key } of lookups) {
    const keys = request[table] ?? { Keys: [], ...mode };
    keys.Keys.push(key);
    request[table] = keys;
  }
  const keyNames = new Map(lookups.map(({ table, key }) => [table, Object.keys(key)]));
  for (let attempt = 0; Object.keys(request).length > 0; attempt++) {
    if (attempt > 0)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50 * 2 ** attempt, 1000)));
    if (attempt > 6) throw new Error('DynamoDB batch read incomplete after all attempts');
    const { Responses, UnprocessedKeys } = await dynamo.batchGet({ RequestItems: request });
    for (const [table, items] of Object.entries(Responses)) {
      const names = keyNames.get(table) ?? [];
      for (const item of items) {
        found.push([identity(table, Object.fromEntries(names.map((name) => [name, String(item[name])]))), item]);
      }
    }
    request = Object.fromEntries(
      Object.entries(UnprocessedKeys).map(([table, { Keys }]) => [table, { Keys, ...mode }]),
    );
  }
  return found;
}

function identity(table: string, key: Key): string {
  return JSON.stringify([table, ...Object.entries(key).sort().flat()]);
}

/** Yields the items of a query in order, up to a limit. Reads pages on demand. */
export async function* query(input: QueryInput, limit = Number.POSITIVE_INFINITY): AsyncGenerator<Item> {
  let left = limit;
  let start = input.ExclusiveStartKey;
  do {
    const pageLimit = Number.isFinite(left) ? { Limit: left } : {};
    const page = await dynamo.query({ ...input, ...pageLimit, ExclusiveStartKey: start });
    const items = page.Items ?? [];
    yield* items;
    left -= items.length;
    start = page.LastEvaluatedKey;
  } while (start && left > 0);
}

/** The number of items of a query, which are not transferred. */
export async function countItems(input: QueryInput): Promise<number> {
  let count = 0;
  let start = input.ExclusiveStartKey;
  do {
    const page = await dynamo.query({ ...input, Select: 'COUNT', ExclusiveStartKey: start });
    count += page.Count ?? 0;
    start = page.LastEvaluatedKey;
  } while (start);
  return count;
}

/** Collects all values of an async iterable. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}

/** Whether a write failed because of its own condition. */
export function conditionFailed(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/**
 * The item that a refused condition returned, in the format of DynamoDB. Undefined for another error, or without
 * `ReturnValuesOnConditionCheckFailure`.
 */
export function itemOfRefusal(error: unknown): Item | undefined {
  if (!conditionFailed(error) || !(error instanceof ConditionalCheckFailedException)) return undefined;
  return error.Item;
}

/** Awaits a write, and returns whether its condition was met. */
export async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}
