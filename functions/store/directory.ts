import * as z from 'zod/mini';
import { compareText } from '../attributes/text.ts';
import { DIRECTORY_INDEX, ENV, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Searchable } from './attribute-index.ts';
import { dynamo, type Item } from './dynamo.ts';
import { directoryEntry, subjectKey } from './keys.ts';

const table = requireEnv(ENV.coreTable);

const Row = z.object({ [PARTITION_KEY]: z.string(), [DIRECTORY_INDEX.created]: z.number() });

interface Listed {
  readonly id: string;
  readonly ts: number;
}

/**
 * The ids of an application's subjects of one kind, by creation time and then by id.
 * @param first size of the first page; later pages grow
 */
export async function* listDirectory(
  app: string,
  kind: Searchable['kind'],
  order: 'asc' | 'desc',
  first: number,
): AsyncGenerator<string[]> {
  const prefix = subjectKey({ app, kind, id: '' }).length;
  let held: Listed[] = [];
  let start: Item | undefined;
  // One more than requested, to detect subjects with the same creation time as the last.
  let size = first + 1;
  do {
    const page = await dynamo.query({
      TableName: table,
      IndexName: DIRECTORY_INDEX.name,
      KeyConditionExpression: '#directory = :directory',
      ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition },
      ExpressionAttributeValues: { ':directory': directoryEntry({ app, kind })[DIRECTORY_INDEX.partition] },
      ScanIndexForward: order === 'asc',
      Limit: size,
      ExclusiveStartKey: start,
    });
    const rows = (page.Items ?? []).map((item) => Row.parse(item));
    held.push(...rows.map((row) => ({ id: row[PARTITION_KEY].slice(prefix), ts: row[DIRECTORY_INDEX.created] })));
    start = page.LastEvaluatedKey;
    const last = held.at(-1)?.ts;
    const complete = start ? held.filter(({ ts }) => ts !== last) : held;
    held = start ? held.filter(({ ts }) => ts === last) : [];
    yield sameMomentById(complete);
    size = Math.min(size * 2, 1000);
  } while (start);
}

function sameMomentById(rows: readonly Listed[]): string[] {
  const position = new Map([...new Set(rows.map(({ ts }) => ts))].map((ts, n) => [ts, n]));
  return [...rows]
    .sort((a, b) => (position.get(a.ts) ?? 0) - (position.get(b.ts) ?? 0) || compareText(a.id, b.id))
    .map(({ id }) => id);
}
