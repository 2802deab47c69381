import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Exchange } from '../shared/http.ts';
import { isObject, type Json, type JsonObject, tryParse } from '../shared/json.ts';
import { REGION } from '../template/names.ts';
import type { EmulatorClient } from './client.ts';
import type { ItemKey, ItemKeys } from './item-keys.ts';

/** A change of an item, as Lambda passes it to functions. */
export type StreamRecord = ReturnType<typeof recordOf>;

/** The most records that one read returns. */
const PAGE = 1000;

/** A write of one item. The item afterwards is known, unless it is updated. */
type Write = ItemKey & { readonly after: JsonObject | undefined | 'updated' };

interface Reader {
  readonly records: StreamRecord[];
  readonly wants: (key: JsonObject) => boolean;
  readonly listener: () => void;
}

/**
 * The streams of tables that functions read, with the changes of all writes that pass the gate. The changes of an item
 * are in order. The streams of the emulator are not used: with them, each write takes longer than the last one, because
 * the emulator reads all earlier changes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export class Streams {
  readonly #client: EmulatorClient;
  readonly #keys: ItemKeys;
  readonly #readers = new Map<string, Reader>();
  /** The ends of the last writes of items that are being written. */
  readonly #writing = new Map<string, Promise<unknown>>();
  #records = 0;

  constructor(client: EmulatorClient, keys: ItemKeys) {
    this.#client = client;
    this.#keys = keys;
  }

  /**
   * A reader of the changes of a table from now on. Each call returns some of those that it has not returned.
   * @param wants whether the changes of an item with this key are read
   * @param listener is called when there are new ones
   */
  reader(table: string, wants: (key: JsonObject) => boolean, listener: () => void): () => StreamRecord[] {
    const records: StreamRecord[] = [];
    this.#readers.set(table, { records, wants, listener });
    return () => records.splice(0, PAGE);
  }

  /** Makes a request, and records what it changes. */
  async watch(operation: string, input: JsonObject, make: () => Promise<Exchange>): Promise<Exchange> {
    const writes = this.#writesOf(operation, input).filter(({ table, key }) => this.#readers.get(table)?.wants(key));
    if (writes.length === 0) return make();
    return this.#alone(writes, async () => {
      const before = await Promise.all(writes.map((write) => this.#read(write)));
      const reply = await make();
      if (reply.status !== 200) return reply;
      const after = await Promise.all(
        writes.map((write) => (write.after === 'updated' ? this.#read(write) : write.after)),
      );
      for (const [n, { table, key }] of writes.entries()) this.#add(table, key, before[n], after[n]);
      return reply;
    });
  }

  #add(table: string, key: JsonObject, before: JsonObject | undefined, after: JsonObject | undefined): void {
    const reader = this.#readers.get(table);
    // A write that changes nothing is not recorded.
    if (!reader || isDeepStrictEqual(before, after)) return;
    this.#records += 1;
    reader.records.push(recordOf(key, before, after, this.#records));
    reader.listener();
  }

  #writesOf(operation: string, input: JsonObject): Write[] {
    switch (operation) {
      case 'PutItem':
      case 'UpdateItem':
      case 'DeleteItem':
        return this.#write(operation.slice(0, -4), input);
      case 'TransactWriteItems':
        return listOf(input.TransactItems).flatMap((item) =>
          Object.entries(item).flatMap(([kind, details]) => this.#write(kind, details)),
        );
      case 'BatchWriteItem':
        return Object.entries(isObject(input.RequestItems) ? input.RequestItems : {}).flatMap(([TableName, requests]) =>
          listOf(requests).flatMap((request) =>
            Object.entries(request).flatMap(([kind, details]) =>
              isObject(details) ? this.#write(kind.replace(/Request$/, ''), { TableName, ...details }) : [],
            ),
          ),
        );
      default:
        return [];
    }
  }

  /** @param kind such as `Put`, or `ConditionCheck`, which writes nothing */
  #write(kind: string, details: Json): Write[] {
    const item = isObject(details) ? this.#keys.of(details) : undefined;
    if (!item || !isObject(details)) return [];
    if (kind === 'Put') return [{ ...item, after: isObject(details.Item) ? details.Item : undefined }];
    if (kind === 'Delete') return [{ ...item, after: undefined }];
    return kind === 'Update' ? [{ ...item, after: 'updated' }] : [];
  }

  async #read({ table, key }: ItemKey): Promise<JsonObject | undefined> {
    const input = { TableName: table, Key: key, ConsistentRead: true };
    const { body } = await this.#client.call('GetItem', JSON.stringify(input));
    const reply = tryParse(body.toString('utf8'));
    return isObject(reply) && isObject(reply.Item) ? reply.Item : undefined;
  }

  /** Runs work after all earlier writes of the same items. */
  async #alone<T>(items: readonly ItemKey[], work: () => Promise<T>): Promise<T> {
    const earlier = items.map(({ id }) => this.#writing.get(id));
    const done = Promise.allSettled(earlier).then(work);
    for (const { id } of items) this.#writing.set(id, done);
    try {
      return await done;
    } finally {
      for (const { id } of items) if (this.#writing.get(id) === done) this.#writing.delete(id);
    }
  }
}

const listOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

function recordOf(key: JsonObject, before: JsonObject | undefined, after: JsonObject | undefined, number: number) {
  return {
    eventID: randomUUID().replaceAll('-', ''),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
      Keys: key,
      ...(after !== undefined && { NewImage: after }),
      ...(before !== undefined && { OldImage: before }),
      SequenceNumber: String(number).padStart(21, '0'),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
}
