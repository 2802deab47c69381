import type { Condition } from '../attributes/condition.ts';
import { type Entry, entriesOf, excludes, indexValue, SEPARATOR } from '../attributes/entries.ts';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { dynamo, type Item } from './dynamo.ts';
import type { Subject } from './keys.ts';
import type { Write } from './transact.ts';

/** A subject with searchable attributes. */
export interface Searchable extends Subject {
  readonly kind: 'user' | 'group' | 'room';
}

/** Read on use, because functions that share this store without searching have no such table. */
const table = () => requireEnv(ENV.attributesTable);

const partitionOf = (app: string, kind: Searchable['kind'], path: string) => `${app}#${kind}#${path}`;

const keyOf = ({ app, kind, id }: Searchable, { path, value }: Entry) => ({
  [PARTITION_KEY]: partitionOf(app, kind, path),
  [SORT_KEY]: value + SEPARATOR + id,
});

/** The index writes for a change of attributes. Empty when no entry changes. */
export function indexChanges(
  subject: Searchable,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Write[] {
  const keys = (attributes: Record<string, unknown>) =>
    new Map(
      entriesOf(attributes)
        .map((entry) => keyOf(subject, entry))
        .map((key) => [JSON.stringify(key), key]),
    );
  const [old, wanted] = [keys(before), keys(after)];
  const TableName = table();
  return [
    ...[...old].filter(([key]) => !wanted.has(key)).map(([, Key]) => ({ Delete: { TableName, Key } })),
    ...[...wanted].filter(([key]) => !old.has(key)).map(([, Item]) => ({ Put: { TableName, Item } })),
  ];
}

/** The index entries that may match a condition, read on demand. */
export class IndexRange {
  readonly condition: Condition;
  /** The subjects of all entries read so far, in index order and without duplicates. */
  readonly ids = new Set<string>();
  /** Number of entries read. */
  read = 0;
  /** Whether the range is read completely. */
  ended = false;
  readonly #key: { ':pk': string; ':prefix'?: string };
  #start: Item | undefined;

  constructor(app: string, kind: Searchable['kind'], condition: Condition) {
    this.condition = condition;
    const { equality, prefix } = condition.pattern;
    const from = indexValue(prefix) + (equality ? SEPARATOR : '');
    this.#key = { ':pk': partitionOf(app, kind, condition.path), ...(from !== '' && { ':prefix': from }) };
  }

  /** Reads at most `limit` more entries. */
  async more(limit: number): Promise<void> {
    const until = this.read + limit;
    while (!this.ended && this.read < until) {
      const page = await dynamo.query({
        TableName: table(),
        KeyConditionExpression: `#pk = :pk${this.#key[':prefix'] === undefined ? '' : ' AND begins_with(#sk, :prefix)'}`,
        ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
        ExpressionAttributeValues: this.#key,
        ProjectionExpression: '#sk',
        Limit: until - this.read,
        ExclusiveStartKey: this.#start,
      });
      for (const item of page.Items ?? []) this.#add(String(item[SORT_KEY]));
      this.#start = page.LastEvaluatedKey;
      this.ended = this.#start === undefined;
    }
  }

  #add(key: string): void {
    this.read += 1;
    const at = key.lastIndexOf(SEPARATOR);
    if (!excludes(this.condition.pattern, key.slice(0, at))) this.ids.add(key.slice(at + 1));
  }
}
