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
    // The configuration has MaxIM's word for visitors.
    z.transform(({ passenger, ...others }) => ({ ...others, visitor: passenger })),
  )
  .parse(JSON.parse(requireEnv(ENV.retentionDays)));

type Kind = keyof typeof retentionDays;

/** How long a kind of conversation is kept, in milliseconds. */
export const retentionMs = (kind: Kind): number => retentionDays[kind] * DAY_MS;

/** Two who talk, by what they are to one another (the same two have one history per kind), or a group. */
export interface Conversation {
  readonly app: string;
  readonly kind: Kind;
  readonly between: readonly string[];
}

/**
 * A conversation's partition. Friends and strangers have one whichever of them writes;
 * with a visitor it is the visitor first, then the user, because their ids may be equal.
 */
function conversationKey({ app, kind, between }: Conversation): string {
  return [app, storedKind(kind), ...(kind === 'visitor' ? between : [...between].sort())].join('#');
}

/** `media` 0 text, 1 image, 2 audio, 3 video; `body` the text, or the URL of what was uploaded. */
const Content = z.object({ media: z.number(), body: z.string() });
export type Content = z.output<typeof Content>;

const Stored = z.object({ speaker: z.string(), content: Content, remark: z.optional(z.string()) });

export interface Message extends z.output<typeof Stored> {
  /** Unique in its conversation, and sorts as the conversation does. */
  readonly id: string;
  /** When it reached the gateway, epoch ms. */
  readonly ts: number;
}

/** Sorts behind every stamp. */
const END_OF_TIME = '9'.repeat(14);

/** Stores a message. Billed one write unit per KB. */
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

/** A part of a history. All bounds are exclusive. */
export interface HistoryPage {
  /** Only messages before this time, epoch ms. Pages by time lose messages of equal times; pages by id do not. */
  readonly ts?: number | undefined;
  /** Only messages before the one of this id. */
  readonly before?: string | undefined;
  /** Only messages after the one of this id: then the page is the oldest of them, not the newest. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The greatest text that sorts before every continuation of an id, and behind every smaller id. */
const justBefore = (id: string) => `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}~`;

/**
 * A page of a conversation, oldest first. What has expired is not read, whether DynamoDB has deleted it by now or not.
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

/** The latest message of each conversation, as far as it has one. Costs a query for each. */
export async function latestMessages(
  conversations: readonly Conversation[],
  now: number,
): Promise<(Message | undefined)[]> {
  return Promise.all(conversations.map(async (conversation) => (await history(conversation, { limit: 1 }, now))[0]));
}

/** Erases a history, up to its newest message now. */
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
