import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { type Conversation, conversationKey, expiryOf } from './conversations.ts';
import { dynamo, itemOfRefusal } from './dynamo.ts';
import { addToHead, COUNTED_ONCE_MS, removeFromHead } from './heads.ts';
import type { Message } from './stored-message.ts';

const table = requireEnv(ENV.messagesTable);

/** A message to store, the push options of its sender, and whether they want receipts of the members of a group. */
export interface NewMessage extends Message {
  readonly push?: object | undefined;
  readonly receipt?: boolean | undefined;
}

const messageKey = (conversation: Conversation, id: string) => ({
  [PARTITION_KEY]: conversationKey(conversation),
  [SORT_KEY]: id,
});

const itemOf = (conversation: Conversation, { id, ts, ...message }: NewMessage) => ({
  ...messageKey(conversation, id),
  ...message,
  [EXPIRES]: expiryOf(conversation, ts),
});

/** The part of a message that its head contains. */
const shown = ({ push: _, receipt: __, ...message }: NewMessage): Message => message;

/**
 * Stores a message and adds it to the head of its conversation, in parallel. Costs one write unit per KB, and one for the
 * head. If one of the two fails, neither remains.
 */
export async function storeMessage(conversation: Conversation, message: NewMessage): Promise<void> {
  const now = Date.now();
  const writes = await Promise.allSettled([
    dynamo.put({ TableName: table, Item: itemOf(conversation, message) }),
    addToHead(conversation, shown(message), now, message.receipt),
  ]);
  const failure = writes.find((write) => write.status === 'rejected');
  if (!failure) return;
  // A write without a response can have succeeded.
  await Promise.allSettled([
    dynamo.delete({ TableName: table, Key: messageKey(conversation, message.id) }),
    removeFromHead(conversation, shown(message), now),
  ]);
  throw failure.reason;
}

const Present = z.object({ stored: z.object({ N: z.string() }) });

/** The result of storing a message with a claimed id. */
export interface ClaimedStore {
  /** Whether this attempt stored the message, so that it must deliver it. */
  readonly isNew: boolean;
  /** Why the message is not counted. Another attempt of the client will count it. */
  readonly failure?: unknown;
}

/**
 * Stores a message with a claimed id, unless another attempt did.
 * @param repeated whether another attempt claimed the id before
 * @throws when it is not known whether the message is stored
 */
export async function storeClaimed(
  conversation: Conversation,
  message: NewMessage,
  repeated: boolean,
): Promise<ClaimedStore> {
  const now = Date.now();
  const put = () => putClaimed(conversation, message, now);
  const add = () => addToHead(conversation, shown(message), now, message.receipt);
  if (repeated) {
    const stored = await put();
    // An attempt that stored the message a moment ago may have failed to count it. The head counts it once.
    if (stored !== 'new' && now - stored >= COUNTED_ONCE_MS) return { isNew: false };
    const [added] = await Promise.allSettled([add()]);
    return { isNew: stored === 'new', ...(added.status === 'rejected' && { failure: added.reason }) };
  }
  const [stored, added] = await Promise.allSettled([put(), add()]);
  if (stored.status === 'rejected') {
    await Promise.allSettled([removeFromHead(conversation, shown(message), now)]);
    throw stored.reason;
  }
  return { isNew: stored.value === 'new', ...(added.status === 'rejected' && { failure: added.reason }) };
}

/** @returns when another attempt stored the message (epoch ms), or `new` */
async function putClaimed(conversation: Conversation, message: NewMessage, now: number): Promise<'new' | number> {
  // The SDK repeats a write whose response was lost. The mark tells the repetition from another attempt.
  const attempt = randomUUID();
  try {
    await dynamo.put({
      TableName: table,
      Item: { ...itemOf(conversation, message), attempt, stored: now },
      ConditionExpression: 'attribute_not_exists(#pk) OR attempt = :attempt',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: { ':attempt': attempt },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return 'new';
  } catch (error) {
    const present = itemOfRefusal(error);
    if (!present) throw error;
    return Number(Present.parse(present).stored.N);
  }
}
