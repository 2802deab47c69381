import pMap from 'p-map';
import { ENV, RETENTION_DAYS } from '../../functions/shared/constants.ts';
import type { Principal } from '../../functions/shared/principal.ts';
import type { Cloud } from '../../local/cloud.ts';
import { DEMO_APP } from '../../scripts/demo.ts';

/** What an operation takes. */
export interface Spent {
  readonly calls: number;
  readonly readUnits: number;
  readonly ms: number;
}

/** An operation with heads, and with one query per conversation. */
export interface Compared {
  readonly name: string;
  readonly heads: Spent;
  readonly queries: Spent;
}

/** Number of queries at the same time, as in the functions. */
const AT_ONCE = 25;

const MESSAGE_AGE_MS = 3_600_000;
const BODY = 'A message of ordinary length, as people write them to one another.';

const messageId = (ts: number) => `${String(ts).padStart(14, '0')}-0000000000000000-00000000`;

/**
 * The store, as the functions use it, with the tables of a cloud. Its modules read their environment once, so a process
 * can do this for one cloud only.
 */
async function storeOf(cloud: Cloud) {
  Object.assign(process.env, {
    [ENV.coreTable]: cloud.outputs.CoreTable,
    [ENV.messagesTable]: await messagesTable(cloud),
    [ENV.retentionDays]: JSON.stringify(RETENTION_DAYS),
    AWS_ENDPOINT_URL_DYNAMODB: `${cloud.origin}/_aws`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_SESSION_TOKEN: 'none',
  });
  const [{ dynamo }, { conversationPage, unreadTotal }, { newsOf }, { listedConversations }, messages] =
    await Promise.all([
      import('../../functions/store/dynamo.ts'),
      import('../../functions/store/conversation-page.ts'),
      import('../../functions/store/news.ts'),
      import('../../functions/store/conversations-of.ts'),
      import('../../functions/store/messages.ts'),
    ]);
  return { dynamo, conversationPage, unreadTotal, newsOf, listedConversations, ...messages };
}

type Store = Awaited<ReturnType<typeof storeOf>>;

async function messagesTable(cloud: Cloud): Promise<string> {
  const { DynamoDBClient, ListTablesCommand } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({
    endpoint: `${cloud.origin}/_aws`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
  });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  client.destroy();
  const name = TableNames.find((table) => table.includes('Messages'));
  if (!name) throw new Error(`There is no table of messages among ${TableNames.join(', ')}`);
  return name;
}

/** Stores a user with friends, each with one message. */
async function fill({ dynamo }: Store, user: Principal, count: number, newest: number): Promise<void> {
  const { app, id } = user;
  const friends = Array.from({ length: count }, (_, n) => `${id}-friend-${n}`);
  const put = (table: string, items: readonly Record<string, unknown>[]) =>
    pMap(items, (Item) => dynamo.put({ TableName: table, Item }), { concurrency: 4 });
  await put(
    String(process.env[ENV.coreTable]),
    friends.map((friend) => ({
      pk: `${app}#user#${id}`,
      sk: `friend#${friend}`,
      ...{ id: friend, from: id, to: friend, ts: 1, heads: true },
    })),
  );
  await put(
    String(process.env[ENV.messagesTable]),
    friends.flatMap((friend, n) => {
      const pk = `${app}#friend#${[id, friend].sort().join('#')}`;
      const [message, ts, expires] = [
        { speaker: friend, content: { media: 0, body: BODY } },
        newest - n,
        9_999_999_999,
      ];
      return [
        { pk, sk: messageId(ts), ...message, expires },
        { pk, sk: 'head', last: messageId(ts), message, start: ts - 1, count: ts, expires },
      ];
    }),
  );
}

/**
 * Compares the list of conversations, the unread count and the catch-up with one query per conversation, in turns.
 * @param rounds the fastest of these rounds counts
 */
export async function compare(cloud: Cloud, sizes: readonly number[], rounds: number): Promise<Compared[]> {
  const store = await storeOf(cloud);
  const compared: Compared[] = [];
  for (const size of sizes) {
    const user: Principal = { app: DEMO_APP.id, kind: 'user', id: `bench-${size}` };
    const now = Date.now();
    const newest = now - MESSAGE_AGE_MS;
    await fill(store, user, size, newest);
    const ofEach = async <T>(query: (of: Awaited<ReturnType<Store['listedConversations']>>[number]) => Promise<T>) =>
      pMap(await store.listedConversations(user), query, { concurrency: AT_ONCE });
    const operations = [
      {
        name: `list the newest 50 of ${size} conversations`,
        heads: () => store.conversationPage(user, { limit: 50 }, now),
        queries: () => ofEach(({ conversation }) => store.history(conversation, { limit: 1 }, now)),
      },
      {
        name: `count the unread messages of ${size} conversations`,
        heads: () => store.unreadTotal(user, now),
        queries: () => ofEach(({ conversation }) => store.idsOfOthers(conversation, user.id, {}, now)),
      },
      {
        name: `catch up without news in ${size} conversations`,
        heads: () => store.newsOf(user, newest + 1, 200, now),
        queries: () => ofEach(({ conversation }) => store.messagesSince(conversation, newest + 1, 201, now)),
      },
      {
        name: `catch up with 10 messages in ${size} conversations`,
        heads: () => store.newsOf(user, newest - 9, 200, now),
        queries: () => ofEach(({ conversation }) => store.messagesSince(conversation, newest - 9, 201, now)),
      },
    ];
    for (const { name, heads, queries } of operations) {
      const spent: { heads: Spent[]; queries: Spent[] } = { heads: [], queries: [] };
      // The first round is not counted: it opens connections.
      for (let round = 0; round <= rounds; round++) {
        for (const [way, act] of [
          ['heads', heads],
          ['queries', queries],
        ] as const) {
          const one = await measured(cloud, act);
          if (round > 0) spent[way].push(one);
        }
      }
      compared.push({ name, heads: fastest(spent.heads), queries: fastest(spent.queries) });
    }
  }
  return compared;
}

async function measured(cloud: Cloud, act: () => Promise<unknown>): Promise<Spent> {
  const mark = cloud.calls.mark();
  const start = performance.now();
  await act();
  const ms = performance.now() - start;
  const { calls, readUnits } = cloud.calls.summary(mark, ({ functionId }) => functionId === 'operator');
  return { calls: Object.values(calls).reduce((sum, count) => sum + count, 0), readUnits, ms };
}

const fastest = (all: readonly Spent[]): Spent => all.reduce((best, one) => (one.ms < best.ms ? one : best));
