import * as z from 'zod/mini';
import type { Json } from '../shared/json.ts';
import { REGION } from '../template/names.ts';
import type { EmulatorClient } from './client.ts';

const StreamList = z.object({ Streams: z.array(z.object({ StreamArn: z.string() })) });
const Description = z.object({ StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }) });
const Iterator = z.object({ ShardIterator: z.string() });
const Page = z.object({
  Records: z.array(
    z.looseObject({
      eventName: z.string(),
      dynamodb: z.record(
        z.string(),
        z.custom<Json>(() => true),
      ),
    }),
  ),
  NextShardIterator: z.optional(z.nullable(z.string())),
});

/** A change of an item, as Lambda passes it to functions. */
export type StreamRecord = z.output<typeof Page>['Records'][number];

/**
 * The streams of the tables. The emulator has one shard per table, so the order is that of all writes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
export class Streams {
  readonly #client: EmulatorClient;
  readonly #listeners = new Map<string, () => void>();

  constructor(client: EmulatorClient) {
    this.#client = client;
  }

  /** Calls a listener after each write to a table that passed the gate. */
  listen(table: string, listener: () => void): void {
    this.#listeners.set(table, listener);
  }

  /** @param tables names, separated by commas */
  written(tables: string): void {
    for (const table of tables.split(', ')) this.#listeners.get(table)?.();
  }

  /** A reader of the changes of a table from now on. Each call returns those since the last one. */
  async reader(table: string): Promise<() => Promise<StreamRecord[]>> {
    const StreamArn = (await this.#find(table)) ?? (await this.#add(table));
    const { StreamDescription } = Description.parse(await this.#call('DescribeStream', { StreamArn }));
    const [shard] = StreamDescription.Shards;
    const position = { StreamArn, ShardId: shard?.ShardId, ShardIteratorType: 'LATEST' };
    let next = Iterator.parse(await this.#call('GetShardIterator', position)).ShardIterator;
    return async () => {
      const page = Page.parse(await this.#call('GetRecords', { ShardIterator: next }));
      next = page.NextShardIterator ?? next;
      return page.Records.map((record) => ({ ...record, awsRegion: REGION }));
    };
  }

  async #find(table: string): Promise<string | undefined> {
    return StreamList.parse(await this.#call('ListStreams', { TableName: table })).Streams[0]?.StreamArn;
  }

  /** Adds the stream to a table. Tables have none before a function reads it, because streams slow the emulator down. */
  async #add(TableName: string): Promise<string> {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };
    await this.#client.must('UpdateTable', { TableName, StreamSpecification });
    const found = await this.#find(TableName);
    if (found === undefined) throw new Error(`The table ${TableName} has no stream`);
    return found;
  }

  async #call(operation: string, input: object): Promise<unknown> {
    return JSON.parse(await this.#client.must(operation, input, 'DynamoDBStreams_20120810'));
  }
}
