import type { Chaos } from '../chaos.ts';
import { isObject, type Json, type JsonObject } from '../shared/json.ts';

/** Where a response contains what was not processed. */
const LEFT: Readonly<Record<string, string>> = {
  BatchGetItem: 'UnprocessedKeys',
  BatchWriteItem: 'UnprocessedItems',
};

/** A batch of which DynamoDB leaves a part. */
export interface Divided {
  /** The request for the rest. */
  readonly input: JsonObject;
  /** The part, as it is in the response. */
  readonly left: JsonObject;
}

/** Divides a batch, if it meets a fault. Keys are in a list of each table, writes are that list. */
export function divide(operation: string, input: JsonObject, chaos: Chaos): Divided | undefined {
  const { RequestItems: tables } = input;
  const name = LEFT[operation];
  if (name === undefined || !isObject(tables)) return undefined;
  const entries = Object.entries(tables).flatMap(([table, wanted]) =>
    listOf(wanted).map((entry) => ({ table, entry })),
  );
  const count = chaos.unprocessed(entries.length);
  if (count === 0) return undefined;
  const pick = (from: typeof entries): JsonObject =>
    Object.fromEntries(
      Object.entries(tables).flatMap(([table, wanted]) => {
        const list = from.filter((one) => one.table === table).map(({ entry }) => entry);
        return list.length === 0 ? [] : [[table, isObject(wanted) ? { ...wanted, Keys: list } : list]];
      }),
    );
  return {
    input: { ...input, RequestItems: pick(entries.slice(0, -count)) },
    left: { [name]: pick(entries.slice(-count)) },
  };
}

function listOf(wanted: Json | undefined): readonly Json[] {
  const list = isObject(wanted) ? wanted.Keys : wanted;
  return Array.isArray(list) ? list : [];
}
