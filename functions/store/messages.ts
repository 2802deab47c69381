import { randomBytes } from 'node:crypto';
import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Principal } from '../chat/principal.ts';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../constants.ts';
import { requireEnv } from '../environment.ts';
import { dynamo } from './dynamo.ts';
import { principalKey } from './keys.ts';

const table = requireEnv(ENV.messagesTable);

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long each kind of conversation is kept, in milliseconds. */
const RETENTION_MS = { friend: 7 * DAY_MS, stranger: 365 * DAY_MS, passenger: 365 * DAY_MS } as const;

/** Two who talk, by what they are to one another; the same two have one history per kind. */
export interface Conversation {
  readonly app: string;
  readonly kind: keyof typeof RETENTION_MS;
  readonly between: readonly [string, string];
}

/**
 * A conversation's partition. Friends and strangers have one whichever of them writes;
 * with a visitor it is the visitor first, then the user, because their ids may be equal.
 */
function conversationKey({ app, kind, between }: Conversation): string {
  return [app, kind, ...(kind === 'passenger' ? between : [...between].sort())].join('#');
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

/** Epoch milliseconds with as many digits as they need until the year 5138, so that they sort as text. */
const stamp = (ms: number) => String(Math.max(0, Math.trunc(ms))).padStart(14, '0');

/** Sorts behind every stamp. */
const END_OF_TIME = '9'.repeat(14);

/**
 * The id of a message. Messages sort by arrival; those of the same millisecond by the sender's own
 * counter, then at random.
 * @param ts when the gateway received it, epoch ms
 * @param counter the Socket.IO packet id, else MaxIM's `ack` number, else 0
 */
export function messageId(ts: number, counter: number): string {
  return `${stamp(ts)}-${String(counter).padStart(16, '0')}-${randomBytes(4).toString('hex')}`;
}

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
        [EXPIRES]: Math.ceil((ts + RETENTION_MS[conversation.kind]) / 1000),
      },
    }),
  );
}

/** A part of a history: the newest `limit` messages before `ts` (epoch ms, exclusive; without it, up to now). */
export interface Page {
  readonly ts?: number | undefined;
  readonly limit: number;
}

/**
 * A page of a conversation, oldest first. What has expired is not read, whether DynamoDB has deleted it by now or not.
 * @param now epoch ms
 */
export async function history(conversation: Conversation, { ts, limit }: Page, now: number): Promise<Message[]> {
  const oldest = stamp(now - RETENTION_MS[conversation.kind]);
  const before = ts === undefined ? END_OF_TIME : stamp(ts);
  const messages: Message[] = [];
  if (before <= oldest) return messages;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await dynamo.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :oldest AND :before',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
        ExpressionAttributeValues: {
          ':pk': conversationKey(conversation),
          ':oldest': oldest,
          ':before': before,
        },
        ScanIndexForward: false,
        Limit: limit - messages.length,
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) {
      const id = String(item[SORT_KEY]);
      messages.push({ id, ts: Number(id.split('-')[0]), ...Stored.parse(item) });
    }
    start = page.LastEvaluatedKey;
  } while (start && messages.length < limit);
  return messages.reverse();
}

/** The latest message of each conversation, as far as it has one. Costs a query for each. */
export async function latest(conversations: readonly Conversation[], now: number): Promise<(Message | undefined)[]> {
  return Promise.all(conversations.map(async (conversation) => (await history(conversation, { limit: 1 }, now))[0]));
}

/** Notes on one side that a user has been in contact with a stranger; kept as long as their history. */
export async function recordContact(user: Principal, stranger: string, ts: number): Promise<void> {
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: { [PARTITION_KEY]: `${principalKey(user)}#contacts`, [SORT_KEY]: stranger },
      UpdateExpression: 'SET ts = :ts, #expires = :expires',
      ExpressionAttributeNames: { '#expires': EXPIRES },
      ExpressionAttributeValues: { ':ts': ts, ':expires': Math.ceil((ts + RETENTION_MS.stranger) / 1000) },
    }),
  );
}
