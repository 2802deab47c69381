import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { type Conversation, conversationKey } from './conversations.ts';
import { query } from './dynamo.ts';
import { afterId, MAX_COUNTED } from './messages.ts';
import { StoredMessage } from './stored-message.ts';

const table = requireEnv(ENV.messagesTable);

/** The messages of others that a participant has not read. */
export interface Unread {
  readonly unread: number;
  /** Whether one of them mentions the participant. */
  readonly mentioned: boolean;
}

/**
 * Counts the messages of others in the history, without those that were recalled; at most about a thousand.
 * @param after only messages after this id
 */
export async function countUnread(
  conversation: Conversation,
  reader: string,
  after: string,
  now: number,
): Promise<Unread> {
  const [first, last] = afterId(conversation, after, now);
  const messages = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :first AND :last',
    FilterExpression: 'speaker <> :reader AND attribute_not_exists(recalled)',
    ProjectionExpression: 'speaker, mentions',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: {
      ':pk': conversationKey(conversation),
      ':first': first,
      ':last': last,
      ':reader': reader,
    },
  });
  let [unread, mentioned] = [0, false];
  for await (const item of messages) {
    const { mentions } = StoredMessage.parse(item);
    mentioned ||= mentions === 'all' || mentions?.includes(reader) === true;
    unread += 1;
    if (unread === MAX_COUNTED) break;
  }
  return { unread, mentioned };
}
