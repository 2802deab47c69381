import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { stamp, timeOf } from '../shared/message-id.ts';
import type { Principal } from '../shared/principal.ts';
import { type Conversation, conversationKey, expiryOf, retentionMs } from './conversations.ts';
import { dynamo, type Lookup, lookup, query, unlessRefused } from './dynamo.ts';
import { type Head, headOf } from './heads.ts';
import { storedKind } from './keys.ts';

const table = requireEnv(ENV.messagesTable);

/** Read positions sort after the messages of their conversation. */
const prefixOf = (kind: Principal['kind']) => `read#${storedKind(kind)}#`;

const positionKey = (conversation: Conversation, { kind, id }: Principal) => ({
  [PARTITION_KEY]: conversationKey(conversation),
  [SORT_KEY]: prefixOf(kind) + id,
});

const Stored = z.object({
  upTo: z.string(),
  seen: z.number(),
  /** The member sees only messages since this time, epoch ms. */
  from: z.optional(z.number()),
  /** The last message that they read while receipts were on. */
  receipt: z.optional(z.string()),
});

/** How far a participant has read a conversation. */
export interface Position extends z.output<typeof Stored> {
  /** The id of the last message that they read. */
  readonly upTo: string;
  /** The number of messages of others up to there, in the counting of the head. */
  readonly seen: number;
  readonly from?: number | undefined;
  /** How far the other participant may know that they read. */
  readonly receipt?: string | undefined;
}

/** The read position of a participant. */
export function positionOf(conversation: Conversation, reader: Principal): Lookup<Position | undefined> {
  return { table, key: positionKey(conversation, reader), parse: (item) => item && Stored.parse(item) };
}

/** The number of messages of others, in the counting of the head. */
const others = (head: Head, reader: string) => head.count - head.by(reader);

/** The number of messages that a participant has not read. Messages that expired since are included. */
export function unreadIn(head: Head, position: Position | undefined, reader: string): number {
  return Math.max(0, others(head, reader) - Math.max(position?.seen ?? 0, head.start));
}

/** Whether messages can have expired that {@link unreadIn} counts. */
export function mayHaveExpired({ kind }: Conversation, head: Head, position: Position | undefined, now: number) {
  return Math.max(head.start, position ? timeOf(position.upTo) : 0) <= now - retentionMs(kind);
}

/**
 * Moves a read position forward, or corrects the count of a position.
 * @param after the number of messages of others after `upTo`
 * @param receipt whether the other participant may know
 * @returns false when the position was there already
 */
export async function moveTo(
  conversation: Conversation,
  reader: Principal,
  { upTo, head, after, receipt }: { upTo: string; head: Head; after: number; receipt: boolean },
  now: number,
): Promise<boolean> {
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: positionKey(conversation, reader),
      UpdateExpression: `SET upTo = :upTo, seen = :seen, #expires = :expires${receipt ? ', receipt = :upTo' : ''}`,
      ConditionExpression: 'attribute_not_exists(upTo) OR upTo < :upTo OR (upTo = :upTo AND seen <> :seen)',
      ExpressionAttributeNames: { '#expires': EXPIRES },
      ExpressionAttributeValues: {
        ':upTo': upTo,
        ':seen': others(head, reader.id) - after,
        ':expires': expiryOf(conversation, now),
      },
    }),
  );
}

/** Hides the present messages of a group from new members. They count as read. */
export async function hideHistory(conversation: Conversation, users: readonly Principal[], now: number): Promise<void> {
  const [head] = await lookup([headOf(conversation)], { consistent: true });
  await Promise.all(
    users.map((user) =>
      dynamo.update({
        TableName: table,
        Key: positionKey(conversation, user),
        UpdateExpression: 'SET upTo = :upTo, seen = :seen, #from = :from, #expires = :expires',
        ExpressionAttributeNames: { '#from': 'from', '#expires': EXPIRES },
        ExpressionAttributeValues: {
          ':upTo': head?.last || stamp(now),
          ':seen': head ? others(head, user.id) : 0,
          ':from': now,
          ':expires': expiryOf(conversation, now),
        },
      }),
    ),
  );
}

/** Minimum time between two receipts of a group to one speaker, in ms. */
const RECEIPT_MS = 1000;

/** Claims a receipt of a group to a speaker. @returns false when one was sent within the last second */
export async function claimReceipt(conversation: Conversation, speaker: Principal, now: number): Promise<boolean> {
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: { [PARTITION_KEY]: conversationKey(conversation), [SORT_KEY]: `receipt#${speaker.id}` },
      UpdateExpression: 'SET sent = :now, #expires = :expires',
      ConditionExpression: 'attribute_not_exists(sent) OR sent <= :before',
      ExpressionAttributeNames: { '#expires': EXPIRES },
      ExpressionAttributeValues: {
        ':now': now,
        ':before': now - RECEIPT_MS,
        ':expires': expiryOf(conversation, now),
      },
    }),
  );
}

/** Deletes what a user stored in a conversation beside messages. */
export async function dropPosition(conversation: Conversation, user: Principal): Promise<void> {
  const receipt = { [PARTITION_KEY]: conversationKey(conversation), [SORT_KEY]: `receipt#${user.id}` };
  for (const Key of [positionKey(conversation, user), receipt]) {
    await dynamo.delete({ TableName: table, Key });
  }
}

/** The message up to which each user has read, by id. Those who have read nothing since they joined are left out. */
export async function positionsIn(conversation: Conversation): Promise<Map<string, string>> {
  const prefix = prefixOf('user');
  const found = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :prefix)',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': conversationKey(conversation), ':prefix': prefix },
  });
  const positions = new Map<string, string>();
  for await (const item of found) {
    const { upTo, from = 0 } = Stored.parse(item);
    if (timeOf(upTo) > from) positions.set(String(item[SORT_KEY]).slice(prefix.length), upTo);
  }
  return positions;
}
