import { DeleteCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import { DIRECTORY_INDEX, ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { type Conversation, conversationKey } from './conversations.ts';
import { dynamo, type Item, lookup, query, unlessRefused } from './dynamo.ts';
import { forgetSpeaker, headOf } from './heads.ts';
import { directoryEntry, subjectKey } from './keys.ts';
import { dropPosition, positionOf } from './positions.ts';
import type { UserDeletion } from './user-deletions.ts';

const coreTable = requireEnv(ENV.coreTable);
const table = requireEnv(ENV.messagesTable);

/** The speaker of anonymised messages. */
export const DELETED_USER = 'deleted-user';

/** Number of groups of one page: their heads and read positions fit into one batch read. */
const PAGE = 50;
const WRITES_AT_ONCE = 25;

/** A part of the groups of an application. */
interface Page {
  readonly groups: Conversation[];
  /** Where the next part starts. Undefined for the last one. */
  readonly next: Item | undefined;
}

async function groupsPage(app: string, start: Item | undefined): Promise<Page> {
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      TableName: coreTable,
      IndexName: DIRECTORY_INDEX.name,
      KeyConditionExpression: '#directory = :directory',
      ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition },
      ExpressionAttributeValues: { ':directory': directoryEntry({ app, kind: 'group' })[DIRECTORY_INDEX.partition] },
      Limit: PAGE,
      ExclusiveStartKey: start,
    }),
  );
  const prefix = subjectKey({ app, kind: 'group', id: '' }).length;
  const ids = Items.map((item) => String(item[PARTITION_KEY]).slice(prefix));
  return { groups: ids.map((id) => ({ app, kind: 'group', between: [id] })), next: LastEvaluatedKey };
}

/**
 * Removes what a user left in the next part of all groups, also in those that they have left: messages and read positions.
 * The heads of conversations count the messages of each speaker, so most histories need no read.
 * @returns the number of messages, and where to continue
 */
export async function removeFromGroups(
  user: Principal,
  messages: UserDeletion['messages'],
  start: Item | undefined,
): Promise<{ readonly removed: number; readonly next: Item | undefined }> {
  const { groups, next } = await groupsPage(user.app, start);
  const [heads, positions] = await Promise.all([
    lookup(groups.map(headOf)),
    lookup(groups.map((group) => positionOf(group, user))),
  ]);
  let removed = 0;
  for (const [n, group] of groups.entries()) {
    const hasSpoken = heads[n] !== undefined && heads[n].by(user.id) > 0;
    if (hasSpoken) removed += await removeMessages(group, user.id, messages);
    if (hasSpoken || positions[n]) await dropPosition(group, user);
  }
  return { removed, next };
}

async function removeMessages(
  conversation: Conversation,
  speaker: string,
  messages: UserDeletion['messages'],
): Promise<number> {
  const found = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    FilterExpression: 'speaker = :speaker',
    ProjectionExpression: '#sk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': conversationKey(conversation), ':speaker': speaker },
  });
  const remove = messages === 'delete' ? deleteMessage : anonymise;
  let removed = 0;
  await pMap(
    found,
    async (item) => {
      await remove({ [PARTITION_KEY]: conversationKey(conversation), [SORT_KEY]: String(item[SORT_KEY]) });
      removed += 1;
    },
    { concurrency: WRITES_AT_ONCE },
  );
  // Last, because it is what finds the group again after an interruption.
  await forgetSpeaker(conversation, speaker);
  return removed;
}

async function deleteMessage(key: Item): Promise<void> {
  await dynamo.send(new DeleteCommand({ TableName: table, Key: key }));
}

/** Applications often put the name of the sender into the remark and into the texts of the push. */
async function anonymise(key: Item): Promise<void> {
  await unlessRefused(
    dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: key,
        UpdateExpression: 'SET speaker = :nobody REMOVE #remark, cid, push, receipt',
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#remark': 'remark' },
        ExpressionAttributeValues: { ':nobody': DELETED_USER },
      }),
    ),
  );
}
