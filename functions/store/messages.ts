import * as z from 'zod/mini';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { Push } from '../shared/content.ts';
import { requireEnv } from '../shared/environment.ts';
import { stamp, timeOf } from '../shared/message-id.ts';
import { orElse } from '../shared/or-else.ts';
import { type Conversation, conversationKey, retentionMs } from './conversations.ts';
import { collect, type Item, type Lookup, query } from './dynamo.ts';
import { type Message, StoredMessage } from './stored-message.ts';
import { MAX_WRITES, transact } from './transact.ts';

const table = requireEnv(ENV.messagesTable);

/** Sorts after every timestamp. */
const END_OF_TIME = '9'.repeat(14);

/** A page of a history. All bounds are exclusive. */
export interface HistoryPage {
  /** Only messages before this time, epoch ms. Pages by time can skip messages with equal times; pages by id cannot. */
  readonly ts?: number | undefined;
  /** Only messages before this id. */
  readonly before?: string | undefined;
  /** Only messages after this id. Then the page contains the oldest of them instead of the newest. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The greatest text that sorts before an id and its continuations, but after every smaller id. */
const justBefore = (id: string) => `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}~`;

/**
 * A page of a conversation, oldest first. Expired messages are omitted, also those that DynamoDB has not deleted yet.
 * @param now epoch ms
 * @param since older messages are hidden, epoch ms. @default none
 */
export async function history(
  conversation: Conversation,
  { ts, before, after, limit }: HistoryPage,
  now: number,
  since = 0,
): Promise<Message[]> {
  const expired = stamp(Math.max(since, now - retentionMs(conversation.kind)));
  const first = after !== undefined && after > expired ? `${after}!` : expired;
  const byTime = ts === undefined ? END_OF_TIME : stamp(ts);
  const last = before !== undefined && before < byTime ? justBefore(before) : byTime;
  if (last <= first) return [];
  const forward = after !== undefined;
  const found = await between(conversation, first, last, { forward, limit });
  const messages = found.map(messageOf);
  return forward ? messages : messages.reverse();
}

/** A message, and the push options of its sender. */
const Pushed = z.object({ push: orElse(z.optional(Push), undefined) });
export interface PushedMessage extends Message, z.output<typeof Pushed> {}

/**
 * The oldest messages of a conversation since a time.
 * @param since epoch ms
 */
export async function messagesSince(
  conversation: Conversation,
  since: number,
  limit: number,
  now: number,
): Promise<PushedMessage[]> {
  const first = stamp(Math.max(since, now - retentionMs(conversation.kind)));
  const found = await between(conversation, first, END_OF_TIME, { forward: true, limit });
  return found.map((item) => ({ ...messageOf(item), ...Pushed.parse(item) }));
}

/** Counting ends at this number of messages. */
export const MAX_COUNTED = 1000;

/** The first and last possible sort keys of the messages after an id that have not expired. */
export function afterId({ kind }: Conversation, after: string, now: number): [first: string, last: string] {
  const expired = stamp(now - retentionMs(kind));
  return [after > expired ? `${after}!` : expired, END_OF_TIME];
}

/**
 * The ids of the messages of others in a part of a conversation, at most about a thousand.
 * @param after only messages after this id
 * @param upTo only messages up to this id
 * @param consistent whether the result includes all earlier writes, at double cost. @default false
 */
export async function idsOfOthers(
  conversation: Conversation,
  reader: string,
  {
    after = '',
    upTo = END_OF_TIME,
    consistent = false,
  }: { after?: string | undefined; upTo?: string | undefined; consistent?: boolean },
  now: number,
): Promise<string[]> {
  const [first] = afterId(conversation, after, now);
  if (upTo < first) return [];
  const messages = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
    FilterExpression: 'speaker <> :reader',
    ProjectionExpression: '#sk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: {
      ':pk': conversationKey(conversation),
      ':first': first,
      ':last': upTo,
      ':reader': reader,
    },
    ConsistentRead: consistent,
  });
  const ids: string[] = [];
  for await (const item of messages) if (ids.push(String(item[SORT_KEY])) === MAX_COUNTED) break;
  return ids;
}

/** The speakers, other than the reader, who want receipts for messages after an id and up to another one. */
export async function speakersWithReceipt(
  conversation: Conversation,
  reader: string,
  { after, upTo }: { after: string; upTo: string },
  now: number,
): Promise<string[]> {
  const [first] = afterId(conversation, after, now);
  const messages = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
    FilterExpression: 'receipt = :true AND speaker <> :reader',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: {
      ':pk': conversationKey(conversation),
      ':first': first,
      ':last': upTo,
      ':true': true,
      ':reader': reader,
    },
  });
  return [...new Set((await collect(messages)).map((item) => StoredMessage.parse(item).speaker))];
}

/** The items of messages between two sort keys. */
function between(
  conversation: Conversation,
  first: string,
  last: string,
  { forward, limit }: { forward: boolean; limit: number },
): Promise<Item[]> {
  const page = query(
    {
      TableName: table,
      KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
      ExpressionAttributeValues: { ':pk': conversationKey(conversation), ':first': first, ':last': last },
      ScanIndexForward: forward,
    },
    limit,
  );
  return collect(page);
}

/** One message of a conversation. Undefined when it does not exist or has expired. */
export function messageWithId(conversation: Conversation, id: string, now: number): Lookup<Message | undefined> {
  return {
    table,
    key: { [PARTITION_KEY]: conversationKey(conversation), [SORT_KEY]: id },
    parse: (item) => (item && timeOf(id) > now - retentionMs(conversation.kind) ? messageOf(item) : undefined),
  };
}

function messageOf(item: Item): Message {
  const id = String(item[SORT_KEY]);
  return { id, ts: timeOf(id), ...StoredMessage.parse(item) };
}

/** Deletes a history up to its current newest message, with its head and read positions. */
export async function eraseHistory(conversation: Conversation): Promise<void> {
  const key = conversationKey(conversation);
  for (;;) {
    const some = await collect(
      query(
        {
          TableName: table,
          KeyConditionExpression: '#pk = :pk',
          ProjectionExpression: '#sk',
          ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
          ExpressionAttributeValues: { ':pk': key },
        },
        MAX_WRITES,
      ),
    );
    if (some.length === 0) return;
    await transact(
      some.map((item) => ({
        Delete: { TableName: table, Key: { [PARTITION_KEY]: key, [SORT_KEY]: String(item[SORT_KEY]) } },
      })),
    );
  }
}
