import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { messageId, stamp, timeOf } from '../shared/message-id.ts';
import { type ContactWithMessage, changedContact } from './contacts.ts';
import { type Conversation, conversationKey, expiryOf } from './conversations.ts';
import { collect, lookup, query } from './dynamo.ts';
import { type Head, headKey, headOf, isSmall } from './heads.ts';
import { headsOf } from './latest-messages.ts';
import { messageWithId } from './messages.ts';
import { type Message, StoredMessage } from './stored-message.ts';
import { commit, type Write } from './transact.ts';

/*
 * A change of a message is one transaction of: the message; its conversation's head, which finds conversations with
 * changes; and a change item `change#<id>` in the partition of the conversation, which finds the changed messages. Ids of
 * changes have the format of message ids. Contacts of strangers and visitors get an entry, because their heads are only
 * read when they have messages. See docs/decisions/0046-changes-of-messages.md.
 */

const table = requireEnv(ENV.messagesTable);

/** Changes sort after messages and before the head. */
const PREFIX = 'change#';

/** The fields that a change can set, or remove with `undefined`. */
export type MessageChange = {
  readonly [K in keyof Omit<Message, 'id' | 'ts' | 'speaker' | 'cid'>]?: Message[K] | undefined;
} & { readonly push?: undefined; readonly receipt?: undefined };

/** A message after a change, and whether it is different now. */
export interface Changed {
  readonly message: Message;
  readonly isChanged: boolean;
}

/**
 * Changes a stored message. Concurrent changes follow each other.
 * @param decide returns the change of the message as it is stored now; undefined if there is nothing to change. Its errors
 *   propagate.
 * @param contacts the contacts of a conversation with a stranger or visitor
 * @throws ChatError 5004 when there is no such message, 5005 after too many concurrent changes
 */
export async function changeMessage(
  conversation: Conversation,
  id: string,
  decide: (message: Message) => MessageChange | undefined,
  contacts: readonly ContactWithMessage[],
  now: number,
): Promise<Changed> {
  return commit<Changed>(async () => {
    const [message, head] = await lookup([messageWithId(conversation, id, now), headOf(conversation)], {
      consistent: true,
    });
    if (!message) throw new ChatError(ERROR.notFound, `id: there is no message ${id} in this conversation`);
    const change = decide(message);
    if (!change) return { transactions: [], result: { message, isChanged: false } };
    const { push: _, receipt: __, ...shown } = change;
    const changed = withChange(message, shown);
    const changeId = messageId(now, 0);
    const known = head ?? (await headsOf([{ conversation, mayPredateHeads: true }], now))[0];
    const writes: Write[] = [
      { Update: messageUpdate(conversation, message, change) },
      {
        Put: {
          TableName: table,
          Item: {
            [PARTITION_KEY]: conversationKey(conversation),
            [SORT_KEY]: PREFIX + changeId,
            message: id,
            [EXPIRES]: expiryOf(conversation, message.ts),
          },
        },
      },
      ...(known ? headUpdate(conversation, known, changed, changeId) : []),
      ...contacts.map((contact) => changedContact(contact, now)),
    ];
    return { transactions: [writes], result: { message: changed, isChanged: true } };
  }, `Too many requests change the message ${id}`);
}

/** The message with a change, without the fields that it removes. */
function withChange(message: Message, change: MessageChange): Message {
  const { id, ts, ...fields } = { ...message, ...change };
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { id, ts, ...StoredMessage.parse(Object.fromEntries(present)) };
}

/** The update has the condition that the message is as it was read. */
function messageUpdate(conversation: Conversation, before: Message, change: MessageChange) {
  const names: Record<string, string> = { '#recalled': 'recalled', '#edited': 'edited', '#reacted': 'reacted' };
  const values: Record<string, unknown> = {};
  const is = (name: 'edited' | 'reacted') => {
    if (before[name] === undefined) return `attribute_not_exists(#${name})`;
    values[`:was_${name}`] = before[name];
    return `#${name} = :was_${name}`;
  };
  const condition = ['attribute_exists(speaker)', 'attribute_not_exists(#recalled)', is('edited'), is('reacted')];
  const sets: string[] = [];
  const removes: string[] = [];
  for (const [name, value] of Object.entries(change)) {
    names[`#${name}`] = name;
    if (value === undefined) {
      removes.push(`#${name}`);
      continue;
    }
    values[`:${name}`] = value;
    sets.push(`#${name} = :${name}`);
  }
  return {
    TableName: table,
    Key: { [PARTITION_KEY]: conversationKey(conversation), [SORT_KEY]: before.id },
    UpdateExpression: `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`,
    ConditionExpression: condition.join(' AND '),
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

/**
 * The update of a head, with the condition that it is as it was read. A recalled message stays counted, because some
 * participants have read it and others have not.
 */
function headUpdate(
  conversation: Conversation,
  head: Head,
  { id, ts: _, ...content }: Message,
  change: string,
): Write[] {
  const isLast = head.last === id;
  const inlined = isLast && isSmall(content);
  const recalled = content.recalled !== undefined && id > (head.recalled ?? '');
  const later = change > (head.changed ?? '');
  const sets = [
    ...(later ? ['#changed = :change'] : []),
    ...(inlined ? ['#message = :message'] : []),
    ...(recalled ? ['#recalled = :id'] : []),
  ];
  const removes = isLast && !inlined ? ' REMOVE #message' : '';
  if (sets.length === 0 && removes === '') return [];
  const conditions = [
    isLast ? '#last = :id' : '(attribute_not_exists(#last) OR #last <> :id)',
    ...(later ? ['(attribute_not_exists(#changed) OR #changed < :change)'] : []),
    ...(recalled ? ['(attribute_not_exists(#recalled) OR #recalled < :id)'] : []),
  ];
  return [
    {
      Update: {
        TableName: table,
        Key: headKey(conversation),
        UpdateExpression: `${sets.length > 0 ? `SET ${sets.join(', ')}` : ''}${removes}`,
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeNames: {
          '#last': 'last',
          ...(later && { '#changed': 'changed' }),
          ...(recalled && { '#recalled': 'recalled' }),
          ...(isLast && { '#message': 'message' }),
        },
        ExpressionAttributeValues: {
          ':id': id,
          ...(later && { ':change': change }),
          ...(inlined && { ':message': content }),
        },
      },
    },
  ];
}

/**
 * Removes a user from the mentions and reactions of a stored message, if they are there. No device is told, because the
 * user is being deleted.
 */
export async function removeName(conversation: Conversation, id: string, user: string): Promise<void> {
  await commit(async () => {
    const [message] = await lookup([messageWithId(conversation, id, Date.now())], { consistent: true });
    if (!message) return { transactions: [], result: undefined };
    const { mentions, reactions = {}, reacted = 0 } = message;
    const isMentioned = Array.isArray(mentions) && mentions.includes(user);
    const others = Object.entries(reactions).map(
      ([name, users]) => [name, users.filter((one) => one !== user)] as const,
    );
    const left = others.filter(([, users]) => users.length > 0);
    const hasReacted = others.some(([name, users]) => users.length < (reactions[name]?.length ?? 0));
    if (!isMentioned && !hasReacted) return { transactions: [], result: undefined };
    const rest = isMentioned ? mentions.filter((one) => one !== user) : [];
    const change: MessageChange = {
      ...(isMentioned && { mentions: rest.length > 0 ? rest : undefined }),
      ...(hasReacted && { reactions: left.length > 0 ? Object.fromEntries(left) : undefined }),
      // So that a reaction at the same time starts again from what is stored now.
      reacted: reacted + 1,
    };
    return { transactions: [[{ Update: messageUpdate(conversation, message, change) }]], result: undefined };
  }, `Too many requests change the message ${id}`);
}

const ChangeItem = z.object({ message: z.string() });

/** A changed message, and the id of its latest change. */
export interface ChangedMessage {
  readonly change: string;
  readonly message: Message;
}

/**
 * The messages of a conversation that were sent before a time and changed since, in order of their latest changes. Takes
 * one query, and one batch read per hundred messages.
 * @param since epoch ms
 * @param visible older messages are hidden, epoch ms
 * @param limit maximum number of changes
 * @returns `isComplete`: whether there are no more changes
 */
export async function changesSince(
  conversation: Conversation,
  { since, visible, limit }: { since: number; visible: number; limit: number },
  now: number,
): Promise<{ changed: ChangedMessage[]; isComplete: boolean }> {
  const found = await collect(
    query(
      {
        TableName: table,
        KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
        ExpressionAttributeValues: {
          ':pk': conversationKey(conversation),
          ':first': PREFIX + stamp(since),
          ':last': `${PREFIX}~`,
        },
      },
      limit + 1,
    ),
  );
  const latest = new Map<string, string>();
  for (const item of found.slice(0, limit)) {
    const { message } = ChangeItem.parse(item);
    // Newer messages are sent with their changes.
    if (timeOf(message) < since && timeOf(message) >= visible)
      latest.set(message, String(item[SORT_KEY]).slice(PREFIX.length));
  }
  const messages = await lookup([...latest.keys()].map((id) => messageWithId(conversation, id, now)));
  const changed = messages.flatMap((message) => {
    const change = message && latest.get(message.id);
    return message && change !== undefined ? [{ change, message }] : [];
  });
  return { changed, isComplete: found.length <= limit };
}
