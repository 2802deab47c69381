import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { stamp, timeOf } from '../shared/message-id.ts';
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
 */
export async function history(
  conversation: Conversation,
  { ts, before, after, limit }: HistoryPage,
  now: number,
): Promise<Message[]> {
  const expired = stamp(now - retentionMs(conversation.kind));
  const first = after !== undefined && after > expired ? `${after}!` : expired;
  const byTime = ts === undefined ? END_OF_TIME : stamp(ts);
  const last = before !== undefined && before < byTime ? justBefore(before) : byTime;
  if (last <= first) return [];
  const forward = after !== undefined;
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
  const found = (await collect(page)).map(messageOf);
  return forward ? found : found.reverse();
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
