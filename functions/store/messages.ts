import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { stamp } from '../shared/message-id.ts';
import { collect, dynamo, type Item, query } from './dynamo.ts';
import { storedKind } from './keys.ts';
import { MAX_WRITES, transact } from './transact.ts';

const table = requireEnv(ENV.messagesTable);

const DAY_MS = 24 * 60 * 60 * 1000;

const retentionDays = z
  .pipe(
    z.object({ friend: z.number(), group: z.number(), stranger: z.number(), passenger: z.number() }),
    // The configuration uses MaxIM's term for visitors.
    z.transform(({ passenger, ...others }) => ({ ...others, visitor: passenger })),
  )
  .parse(JSON.parse(requireEnv(ENV.retentionDays)));

type Kind = keyof typeof retentionDays;

/** Retention of a kind of conversation, in milliseconds. */
export const retentionMs = (kind: Kind): number => retentionDays[kind] * DAY_MS;

/**
 * A conversation: two participants and their relation, or a group. The same two participants have one history per kind.
 */
export interface Conversation {
  readonly app: string;
  readonly kind: Kind;
  readonly between: readonly string[];
}

/**
 * The partition of a conversation. For friends and strangers the order of the ids does not matter. For visitors it
 * does, because a visitor and a user may have the same id.
 */
function conversationKey({ app, kind, between }: Conversation): string {
  return [app, storedKind(kind), ...(kind === 'visitor' ? between : [...between].sort())].join('#');
}

/** `media`: 0 text, 1 image, 2 audio, 3 video. `body`: the text, or the URL of the upload. */
const Content = z.object({ media: z.number(), body: z.string() });
export type Content = z.output<typeof Content>;

const Stored = z.object({ speaker: z.string(), content: Content, remark: z.optional(z.string()) });

export interface Message extends z.output<typeof Stored> {
  /** Unique in its conversation. Ids sort in message order. */
  readonly id: string;
  /** When the message reached the gateway, epoch ms. */
  readonly ts: number;
}

/** Sorts after every timestamp. */
const END_OF_TIME = '9'.repeat(14);

/** Stores a message. Costs one write unit per KB. */
export async function storeMessage(conversation: Conversation, message: Message): Promise<void> {
  const { id, ts, speaker, content, remark } = message;
  await dynamo.send(
    new PutCommand({
      TableName: table,
      Item: {
        [PARTITION_KEY]: conversationKey(conversation),
        [SORT_KEY]: id,
        speaker,
        content,
        remark,
        [EXPIRES]: Math.ceil((ts + retentionMs(conversation.kind)) / 1000),
      },
    }),
  );
}

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

function messageOf(item: Item): Message {
  const id = String(item[SORT_KEY]);
  return { id, ts: Number(id.split('-')[0]), ...Stored.parse(item) };
}

/** The latest message of each conversation that has one. Costs one query per conversation. */
export async function latestMessages(
  conversations: readonly Conversation[],
  now: number,
): Promise<(Message | undefined)[]> {
  return Promise.all(conversations.map(async (conversation) => (await history(conversation, { limit: 1 }, now))[0]));
}

/** Deletes a history up to its current newest message. */
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
