import pMap from 'p-map';
import * as z from 'zod/mini';
import { DIRECTORY_INDEX, ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import type { Principal } from '../shared/principal.ts';
import { communityHead } from './communities.ts';
import type { Community } from './community-keys.ts';
import { setMute } from './community-roles.ts';
import { type Conversation, conversationKey } from './conversations.ts';
import { dynamo, type Item, lookup, query, unlessRefused } from './dynamo.ts';
import { forgetUser, headOf } from './heads.ts';
import { directoryEntry, subjectKey } from './keys.ts';
import { removeName } from './message-changes.ts';
import { dropPosition, positionOf } from './positions.ts';
import { deleteRequests, type RelationRequest } from './requests.ts';
import { DELETED_USER } from './stored-message.ts';
import type { UserDeletion } from './user-deletions.ts';

const coreTable = requireEnv(ENV.coreTable);
const table = requireEnv(ENV.messagesTable);

/** Number of groups or rooms of one page. */
const PAGE = 50;
const WRITES_AT_ONCE = 25;

/** A part of the groups or rooms of an application. */
interface Page {
  readonly communities: Community[];
  /** Where the next part starts. Undefined for the last one. */
  readonly next: Item | undefined;
}

/** What a step of the deletion did to a part of the groups or rooms, and where to continue. */
interface Removed {
  /** The number of messages. */
  readonly removed: number;
  /** The invitations of the user that were open. */
  readonly invitations: readonly RelationRequest[];
  readonly next: Item | undefined;
}

async function communityPage(app: string, kind: Community['kind'], start: Item | undefined): Promise<Page> {
  const { Items = [], LastEvaluatedKey } = await dynamo.query({
    TableName: coreTable,
    IndexName: DIRECTORY_INDEX.name,
    KeyConditionExpression: '#directory = :directory',
    ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition },
    ExpressionAttributeValues: { ':directory': directoryEntry({ app, kind })[DIRECTORY_INDEX.partition] },
    Limit: PAGE,
    ExclusiveStartKey: start,
  });
  const prefix = subjectKey({ app, kind, id: '' }).length;
  const communities = Items.map((item) => ({ app, kind, id: String(item[PARTITION_KEY]).slice(prefix) }));
  return { communities, next: LastEvaluatedKey };
}

/** Lifts the mutes of a user, also in groups and rooms that they have left. */
async function liftMutes(communities: readonly Community[], user: string): Promise<void> {
  const heads = await lookup(communities.map(communityHead));
  for (const [n, community] of communities.entries()) {
    const mutes = heads[n]?.mutes;
    if (mutes && Object.hasOwn(mutes, user)) await setMute(community, user, undefined, Date.now());
  }
}

/** Removes what a user left in the next part of all rooms: their mutes. Rooms store no messages. */
export async function removeFromRooms(user: Principal, start: Item | undefined): Promise<Pick<Removed, 'next'>> {
  const { communities, next } = await communityPage(user.app, 'room', start);
  await liftMutes(communities, user.id);
  return { next };
}

/**
 * Removes what a user left in the next part of all groups, also in those that they have left: messages, mentions,
 * reactions, read positions, invitations and mutes. The heads of conversations tell which histories need no read.
 */
export async function removeFromGroups(
  user: Principal,
  messages: UserDeletion['messages'],
  start: Item | undefined,
): Promise<Removed> {
  const { communities, next } = await communityPage(user.app, 'group', start);
  const groups = communities.map(({ app, id }): Conversation => ({ app, kind: 'group', between: [id] }));
  const [heads, positions] = await Promise.all([
    lookup(groups.map(headOf)),
    lookup(groups.map((group) => positionOf(group, user))),
  ]);
  await liftMutes(communities, user.id);
  let removed = 0;
  const invitations: RelationRequest[] = [];
  for (const [n, community] of communities.entries()) {
    const [group, head] = [groups[n], heads[n]];
    if (!group) continue;
    invitations.push(...(await deleteRequests(user, community)));
    const hasSpoken = head !== undefined && head.by(user.id) > 0;
    // Any change can be a reaction.
    const isNamed = head && (head.mentions(user.id, 0) !== false || head.changed !== undefined);
    if (hasSpoken || isNamed) removed += await removeFromHistory(group, user.id, messages);
    if (hasSpoken || positions[n]) await dropPosition(group, user);
  }
  return { removed, invitations, next };
}

const HistoryItem = z.object({
  speaker: z.optional(z.string()),
  /** In the item of a change: the id of the message. */
  message: z.optional(z.string()),
});

/** @returns the number of messages of the user */
async function removeFromHistory(
  conversation: Conversation,
  user: string,
  messages: UserDeletion['messages'],
): Promise<number> {
  const found = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    FilterExpression: `speaker = :user OR contains(mentions, :user) OR attribute_exists(reactions)${messages === 'delete' ? ' OR attribute_type(#message, :text)' : ''}`,
    ProjectionExpression: '#sk, speaker, #message',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY, '#message': 'message' },
    ExpressionAttributeValues: {
      ':pk': conversationKey(conversation),
      ':user': user,
      // In the head, the attribute is a map: the latest message.
      ...(messages === 'delete' && { ':text': 'S' }),
    },
  });
  const remove = messages === 'delete' ? deleteItem : anonymise;
  const own = new Set<string>();
  await pMap(
    found,
    async (item) => {
      const { speaker, message } = HistoryItem.parse(item);
      const id = String(item[SORT_KEY]);
      const key = { [PARTITION_KEY]: conversationKey(conversation), [SORT_KEY]: id };
      if (message !== undefined) {
        // Changes sort after the messages.
        if (own.has(message)) await deleteItem(key);
        return;
      }
      if (speaker === user) {
        own.add(id);
        await remove(key);
        if (messages === 'delete') return;
      }
      await removeName(conversation, id, user);
    },
    { concurrency: WRITES_AT_ONCE },
  );
  // Last, because it is what finds the group again after an interruption.
  await forgetUser(conversation, user);
  return own.size;
}

async function deleteItem(key: Item): Promise<void> {
  await dynamo.delete({ TableName: table, Key: key });
}

/** Applications often put the name of the sender into the remark and into the texts of the push. */
async function anonymise(key: Item): Promise<void> {
  await unlessRefused(
    dynamo.update({
      TableName: table,
      Key: key,
      UpdateExpression: 'SET speaker = :nobody REMOVE #remark, cid, push, receipt',
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#remark': 'remark' },
      ExpressionAttributeValues: { ':nobody': DELETED_USER },
    }),
  );
}
