import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { timeOf } from '../shared/message-id.ts';
import { type Conversation, conversationKey, expiryOf } from './conversations.ts';
import { dynamo, type Lookup, lookup, unlessRefused } from './dynamo.ts';
import { mark } from './keys.ts';
import { type Message, namesUser, StoredMessage } from './stored-message.ts';

/*
 * The head of a conversation is an item in its partition: the id of the latest message, that message if it is small, and
 * counters. Storing a message updates it in parallel. See docs/decisions/0041-heads-of-conversations.md.
 *
 * | attribute  | content                                                                                   |
 * |------------|-------------------------------------------------------------------------------------------|
 * | last       | the id of the latest message; empty if the history was found empty                        |
 * | message    | the latest message, if it is small                                                        |
 * | start      | when counting began, epoch ms                                                             |
 * | count      | `start` plus the number of messages, so a later head of the same conversation counts on   |
 * | by#…       | the number of messages of one speaker                                                     |
 * | at#…, all  | the time of the latest message that mentions a user, or all members                       |
 * | allBy      | the speaker of the latter                                                                 |
 * | changed    | the id of the latest change of a message                                                  |
 * | recalled   | the id of the latest message that was recalled; the counters still include it             |
 * | receipt    | the id of a late message whose speaker wants receipts of the members of a group           |
 * | w0, w1, w2 | the messages that were counted in the last 30 to 60 seconds, to count each of them once   |
 */

const table = requireEnv(ENV.messagesTable);

/** The sort key of heads. It sorts after all message ids, and after their changes. */
const HEAD = 'head';

export const headKey = (conversation: Conversation) => ({
  [PARTITION_KEY]: conversationKey(conversation),
  [SORT_KEY]: HEAD,
});

/** Maximum size of a message in a head, as JSON. With it, a head usually takes one write unit. */
const INLINE_BYTES = 512;

/** No function that stores a message runs longer, so a repeated write finds the mark of the first. */
export const COUNTED_ONCE_MS = 30_000;
const WINDOWS = ['w0', 'w1', 'w2'] as const;

const mentionOf = (user: string) => `at#${mark(user)}`;
const counterOf = (speaker: string) => `by#${mark(speaker)}`;

const Stored = z.looseObject({
  last: z.optional(z.string()),
  message: z.optional(StoredMessage),
  start: z.number(),
  count: z.number(),
  receipt: z.optional(z.string()),
  changed: z.optional(z.string()),
  recalled: z.optional(z.string()),
  all: z.optional(z.number()),
  allBy: z.optional(z.string()),
});

/** The head of a conversation. */
export interface Head {
  /** The id of the latest message. Empty if there is none, undefined if it is unknown. */
  readonly last: string | undefined;
  /** The latest message. Undefined if it is too large, unknown, or missing. */
  readonly message: Message | undefined;
  /** The count before the first message, and the count now. */
  readonly start: number;
  readonly count: number;
  /** The id of a late message whose speaker wants receipts of the members. */
  readonly receipt?: string | undefined;
  /** The id of the latest change of a message. */
  readonly changed?: string | undefined;
  /** The id of the latest message that was recalled. The counters include it. */
  readonly recalled?: string | undefined;
  /** The number of messages of a speaker. */
  readonly by: (speaker: string) => number;
  /** Whether a message of others mentions a user since a time, epoch ms. Undefined if it is unknown. */
  readonly mentions: (user: string, since: number) => boolean | undefined;
}

/** The head of a conversation. Undefined when it has no messages, or only messages of an earlier version. */
export function headOf(conversation: Conversation): Lookup<Head | undefined> {
  return {
    table,
    key: headKey(conversation),
    parse: (item) => {
      if (!item) return undefined;
      const { last, message, start, count, receipt, changed, recalled, all = 0, allBy, ...others } = Stored.parse(item);
      return {
        last,
        message: message && last ? { id: last, ts: timeOf(last), ...message } : undefined,
        start,
        count,
        receipt,
        changed,
        recalled,
        by: (speaker) => Number(others[counterOf(speaker)] ?? 0),
        mentions: (user, since) => {
          if (Number(others[mentionOf(user)] ?? 0) > since) return true;
          // A message of the user can hide an earlier one of another member.
          return all > since && (allBy !== user || undefined);
        },
      };
    },
  };
}

/** Whether a head has room for a message. */
export const isSmall = (message: object) => Buffer.byteLength(JSON.stringify(message)) <= INLINE_BYTES;

/**
 * Adds a message to the head. Repetitions within 30 seconds have no effect.
 * @param now epoch ms
 * @param receipt whether the speaker wants receipts of the members. @default false
 */
export async function addToHead(
  conversation: Conversation,
  message: Message,
  now: number,
  receipt = false,
): Promise<void> {
  if (await count(conversation, message, now, { isLatest: true, receipt })) return;
  // A later message was faster, or this one is counted already.
  await count(conversation, message, now, { isLatest: false, receipt });
}

/** The attributes that mark the users whom a message mentions. */
const mentionsIn = ({ mentions = [] }: Pick<Message, 'mentions'>): string[] =>
  mentions === 'all' ? ['all'] : mentions.map(mentionOf);

/** @returns whether the message was counted */
function count(
  conversation: Conversation,
  { id, ts, ...content }: Message,
  now: number,
  { isLatest, receipt }: { isLatest: boolean; receipt: boolean },
): Promise<boolean> {
  const window = Math.floor(now / COUNTED_ONCE_MS);
  const [current = '', next = ''] = [WINDOWS[window % 3], WINDOWS[(window + 1) % 3]];
  const small = isSmall(content);
  const mentions = mentionsIn(content);
  const sets = [
    '#start = if_not_exists(#start, :now), #count = if_not_exists(#count, :now) + :one',
    ...(isLatest
      ? ['#last = :id, #expires = :expires', ...(small ? ['#message = :message'] : [])]
      : ['#expires = if_not_exists(#expires, :expires)']),
    // Readers before the latest message then look for messages that want receipts.
    ...(receipt ? [isLatest ? 'receipt = :id' : 'receipt = if_not_exists(#last, :id)'] : []),
    ...mentions.map((_, n) => `#at${n} = :ts`),
    ...(content.mentions === 'all' ? ['allBy = :speaker'] : []),
  ];
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(conversation),
      UpdateExpression: `SET ${sets.join(', ')} ADD #by :one, ${current} :marks REMOVE ${next}${isLatest && !small ? ', #message' : ''}`,
      ConditionExpression: [
        ...WINDOWS.map((name) => `NOT contains(${name}, :mark)`),
        ...(isLatest ? ['(attribute_not_exists(#last) OR #last < :id)'] : []),
      ].join(' AND '),
      ExpressionAttributeNames: {
        '#start': 'start',
        '#count': 'count',
        '#expires': EXPIRES,
        '#by': counterOf(content.speaker),
        ...((isLatest || receipt) && { '#last': 'last' }),
        ...(isLatest && { '#message': 'message' }),
        ...Object.fromEntries(mentions.map((name, n) => [`#at${n}`, name])),
      },
      ExpressionAttributeValues: {
        ':now': now,
        ':one': 1,
        ...(mentions.length > 0 && { ':ts': ts }),
        ...(content.mentions === 'all' && { ':speaker': content.speaker }),
        ':mark': mark(id),
        ':marks': new Set([mark(id)]),
        ':expires': expiryOf(conversation, ts),
        ...((isLatest || receipt) && { ':id': id }),
        ...(isLatest && small && { ':message': content }),
      },
    }),
  );
}

/**
 * Removes a message that was added a moment ago, because it could not be stored. Ignores a message that is not counted.
 * The latest message is then unknown, if it was this one.
 * @param now the time with which it was added
 */
export async function removeFromHead(conversation: Conversation, message: Message, now: number): Promise<void> {
  if (!(await uncount(conversation, message, now, true))) await uncount(conversation, message, now, false);
}

function uncount(
  conversation: Conversation,
  { id, speaker }: Message,
  now: number,
  isLatest: boolean,
): Promise<boolean> {
  const window = WINDOWS[Math.floor(now / COUNTED_ONCE_MS) % 3] ?? '';
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(conversation),
      UpdateExpression: `SET #count = #count - :one ADD #by :less DELETE ${window} :marks${isLatest ? ' REMOVE #last, #message' : ''}`,
      ConditionExpression: `contains(${window}, :mark)${isLatest ? ' AND #last = :id' : ''}`,
      ExpressionAttributeNames: {
        '#count': 'count',
        '#by': counterOf(speaker),
        ...(isLatest && { '#last': 'last', '#message': 'message' }),
      },
      ExpressionAttributeValues: {
        ':one': 1,
        ':less': -1,
        ':mark': mark(id),
        ':marks': new Set([mark(id)]),
        ...(isLatest && { ':id': id }),
      },
    }),
  );
}

/** Stores the head of a conversation whose messages are older than heads. An existing head does not change. */
export async function foundHead(conversation: Conversation, latest: Message | undefined, now: number): Promise<void> {
  const { id = '', ts = now, ...content } = latest ?? {};
  const shown = latest && isSmall(content);
  await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(conversation),
      UpdateExpression: `SET #last = :id, #start = if_not_exists(#start, :now), #count = if_not_exists(#count, :now), #expires = :expires${shown ? ', #message = :message' : ''}`,
      ConditionExpression: 'attribute_not_exists(#last)',
      ExpressionAttributeNames: {
        '#last': 'last',
        '#start': 'start',
        '#count': 'count',
        '#expires': EXPIRES,
        ...(shown && { '#message': 'message' }),
      },
      ExpressionAttributeValues: {
        ':id': id,
        ':now': now,
        ':expires': expiryOf(conversation, ts),
        ...(shown && { ':message': content }),
      },
    }),
  );
}

/**
 * Removes a user whose messages, mentions and reactions were removed from a head. If the latest message may name them, it
 * is unknown then, and the next reader finds it in the history.
 */
export async function forgetUser(conversation: Conversation, user: string): Promise<void> {
  const [head] = await lookup([headOf(conversation)], { consistent: true });
  if (head?.last && (!head.message || namesUser(head.message, user))) {
    await unlessRefused(
      dynamo.update({
        TableName: table,
        Key: headKey(conversation),
        UpdateExpression: 'REMOVE #last, #message',
        ConditionExpression: '#last = :last',
        ExpressionAttributeNames: { '#last': 'last', '#message': 'message' },
        ExpressionAttributeValues: { ':last': head.last },
      }),
    );
  }
  await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(conversation),
      UpdateExpression: 'REMOVE #by, #at',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#by': counterOf(user), '#at': mentionOf(user), '#pk': PARTITION_KEY },
    }),
  );
  await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(conversation),
      UpdateExpression: 'REMOVE allBy',
      ConditionExpression: 'allBy = :user',
      ExpressionAttributeValues: { ':user': user },
    }),
  );
}
