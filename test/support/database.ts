import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  paginateScan,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { afterAll, beforeAll, inject } from 'vitest';
import { hashKey } from '../../functions/shared/sign.ts';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts';
import { startEmulator } from '../../local/dynamodb/emulator.ts';
import { DEMO } from '../../scripts/demo.ts';
import { app, FAST_HASHES } from './macaw.ts';
import { type Hooks, shareCloud } from './shared-cloud.ts';
import { storeUsers } from './users.ts';

type Item = Record<string, unknown>;

/** The applications that test files stored in each cloud, with their settings. */
const storedApps = new WeakMap<Cloud, Map<string, string>>();

/** The whole system with direct access to its tables, to write data as an operator and to change times. */
export class Database {
  readonly cloud: Cloud;
  readonly #client: DynamoDBClient;
  readonly #dynamo: DynamoDBDocumentClient;

  readonly #leave: () => Promise<void>;

  private constructor(cloud: Cloud, endpoint: URL, leave: () => Promise<void>) {
    this.cloud = cloud;
    this.#leave = leave;
    this.#client = new DynamoDBClient({
      endpoint: endpoint.href,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    this.#dynamo = DynamoDBDocumentClient.from(this.#client, { marshallOptions: { removeUndefinedValues: true } });
  }

  /** Starts a separate cloud from an assembly. */
  static async start(assembly: string, options: Partial<CloudOptions> = {}): Promise<Database> {
    const emulator = await startEmulator(undefined);
    const cloud = await startCloud({
      assembly,
      ...DEMO,
      database: emulator.endpoint,
      environment: FAST_HASHES,
      allowedOrigins: ['*'],
      ...options,
    });
    return new Database(cloud, emulator.endpoint, async () => {
      await cloud.stop();
      await emulator.stop();
    });
  }

  /** Uses the cloud that the test files of the worker share. */
  static async share(hooks: Hooks = {}, parameters?: Record<string, string>): Promise<Database> {
    const { cloud, database, leave } = await shareCloud(hooks, parameters);
    return new Database(cloud, database, leave);
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#leave();
  }

  /**
   * Stores an application with the keys of the demo application and other settings.
   * @throws if another test file stored it with other settings in the same cloud, because functions cache applications
   */
  async addApp(id: string, settings: Item): Promise<void> {
    const stored = storedApps.get(this.cloud) ?? new Map<string, string>();
    storedApps.set(this.cloud, stored);
    const text = JSON.stringify(settings);
    if ((stored.get(id) ?? text) !== text)
      throw new Error(`Another test file has an application ${id}: ${stored.get(id)}`);
    stored.set(id, text);
    const { clientKey, masterKey } = app;
    const Item = { pk: `app#${id}`, sk: 'app', clientKey, masterKeyHash: hashKey(masterKey), ts: 1, ...settings };
    await this.#dynamo.send(new PutCommand({ TableName: String(this.cloud.outputs.CoreTable), Item }));
  }

  /** Stores users who have never logged in. */
  addUsers(app: string, ids: readonly string[]): Promise<void> {
    return storeUsers(this.cloud, app, ids);
  }

  /** Stores items in the table of core data without changes. */
  addCore(items: readonly Item[]): Promise<void> {
    return this.#putAll(String(this.cloud.outputs.CoreTable), items);
  }

  /** Stores items in the table of accounts, as they are. */
  async addAccounts(items: readonly Item[]): Promise<void> {
    await this.#putAll(await this.#table(/Accounts/), items);
  }

  /** All items of the table of core data, as they are stored. */
  core(): Promise<Item[]> {
    return this.#scan(String(this.cloud.outputs.CoreTable));
  }

  /** Changes attributes of items in the table of core data; answers how many there were. */
  async changeCore(matches: (item: Item) => boolean, changes: Item): Promise<number> {
    const table = String(this.cloud.outputs.CoreTable);
    const found = (await this.#scan(table)).filter(matches);
    await this.#putAll(
      table,
      found.map((item) => ({ ...item, ...changes })),
    );
    return found.length;
  }

  /** Stores items in the connections table without changes. */
  async addConnections(items: readonly Item[]): Promise<void> {
    await this.#putAll(await this.#table(/Connections/), items);
  }

  /** Changes attributes of an item in the connections table. */
  async changeConnection(pk: string, changes: Item): Promise<void> {
    const names = Object.keys(changes);
    await this.#dynamo.send(
      new UpdateCommand({
        TableName: await this.#table(/Connections/),
        Key: { pk },
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, changes[name]])),
      }),
    );
  }

  /** All stored items of the connections table. */
  async connections(): Promise<Item[]> {
    return this.#scan(await this.#table(/Connections/));
  }

  /** The same without connections that closed, whose items stay for some minutes. */
  async registered(): Promise<Item[]> {
    return (await this.connections()).filter(({ closed }) => closed === undefined);
  }

  /** All items of the table of accounts, as they are stored. */
  async accounts(): Promise<Item[]> {
    return this.#scan(await this.#table(/Accounts/));
  }

  /** Sets until when the statistics are counted, epoch ms. */
  async setCounted(counted: number): Promise<void> {
    await this.addAdmin([{ pk: 'statistics', sk: 'clock', counted }]);
  }

  /** Stores items in the table for administration without changes. */
  async addAdmin(items: readonly Item[]): Promise<void> {
    await this.#putAll(await this.#table(/-Admin/), items);
  }

  /** Stores an entry of an audit log without changes. */
  async addAuditEntry(app: string, id: string, entry: Item): Promise<void> {
    await this.addAdmin([{ pk: `${app}#audit`, sk: id, ...entry }]);
  }

  /** All stored items of the messages table. */
  async messages(): Promise<Item[]> {
    return this.#scan(await this.#table(/Messages/));
  }

  /** Stores items in the messages table without changes. */
  async addMessages(items: readonly Item[]): Promise<void> {
    await this.#putAll(await this.#table(/Messages/), items);
  }

  /** Sets the expiry of items in the accounts table, in epoch seconds. Returns the number of changed items. */
  async expire(matches: (item: Item) => boolean, expires: number): Promise<number> {
    const TableName = await this.#table(/Accounts/);
    const found = (await this.accounts()).filter(matches);
    for (const { pk, sk, until } of found) {
      await this.#dynamo.send(
        new UpdateCommand({
          TableName,
          Key: { pk, sk },
          UpdateExpression: `SET expires = :expires${until === undefined ? '' : ', #until = :until'}`,
          ...(until !== undefined && { ExpressionAttributeNames: { '#until': 'until' } }),
          ExpressionAttributeValues: { ':expires': expires, ...(until !== undefined && { ':until': expires * 1000 }) },
        }),
      );
    }
    return found.length;
  }

  async #putAll(table: string, items: readonly Item[]): Promise<void> {
    const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, n) => items.slice(n * 25, n * 25 + 25));
    const write = (batch: readonly Item[]) => {
      const RequestItems = { [table]: batch.map((Item) => ({ PutRequest: { Item } })) };
      return this.#dynamo.send(new BatchWriteCommand({ RequestItems }));
    };
    await pMap(batches, write, { concurrency: 4 });
  }

  async #scan(TableName: string): Promise<Item[]> {
    const items: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client: this.#dynamo }, { TableName })) items.push(...Items);
    return items;
  }

  async #table(pattern: RegExp): Promise<string> {
    const { TableNames = [] } = await this.#dynamo.send(new ListTablesCommand({}));
    const name = TableNames.find((tableName) => pattern.test(tableName));
    if (!name) throw new Error(`There is no table ${pattern} among ${TableNames.join(', ')}`);
    return name;
  }
}

/** A database for a test file, with these applications. It is stopped after the last test. */
export function database(
  apps: () => Record<string, Item> | Promise<Record<string, Item>>,
  /** `own`: a cloud for this file only. `parameters`: those of the stacks, in place of the demo application's. */
  { own, parameters, ...hooks }: Hooks & { own?: boolean; parameters?: Record<string, string> } = {},
) {
  let running: Database | undefined;
  beforeAll(async () => {
    running = own ? await Database.start(inject('assembly')) : await Database.share(hooks, parameters);
    for (const [id, settings] of Object.entries(await apps())) await running.addApp(id, settings);
  });
  afterAll(() => running?.stop());
  const started = () => {
    if (!running) throw new Error('The local cloud runs only during tests');
    return running;
  };
  return {
    get database() {
      return started();
    },
    get cloud() {
      return started().cloud;
    },
    get origin() {
      return started().cloud.origin;
    },
  };
}
