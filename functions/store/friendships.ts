import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { collect, type Item, type Lookup, lookup, query } from './dynamo.ts';
import { headKey, subjectKey } from './keys.ts';
import { creationUpdate, profile } from './profiles.ts';
import { transact } from './transact.ts';

const table = requireEnv(ENV.coreTable);

/** Maximum friends of a user, so that one request can read the list. */
export const MAX_FRIENDS = 5000;

const Friendship = z.object({ id: z.string(), from: z.string(), to: z.string(), ts: z.number() });

/** A friendship of two users. `from` is the user who requested it, `ts` is epoch ms. */
export type Friendship = z.output<typeof Friendship>;

/** The key of a friendship in the list of one of the two. */
export const friendshipKey = (user: Principal, friend: string) => ({
  [PARTITION_KEY]: subjectKey(user),
  [SORT_KEY]: `friend#${friend}`,
});

/** The friendship, from the list of the user. Undefined when they are not friends. */
export function friendship(user: Principal, friend: string): Lookup<Friendship | undefined> {
  return { table, key: friendshipKey(user, friend), parse: (item) => item && Friendship.parse(item) };
}

const withId = (user: Principal, id: string): Principal => ({ ...user, id });

/**
 * Creates a friendship, and either user if they do not exist. An existing friendship does not change.
 * @throws ChatError 5004 when one user is being deleted, 5008 when one has too many friends, 5005 after too many concurrent changes of the same users
 */
export async function befriend(
  user: Principal,
  friend: string,
  now: number,
): Promise<{ friendship: Friendship; isNew: boolean }> {
  const made: Friendship = { id: randomUUID(), from: user.id, to: friend, ts: now };
  const entry = (owner: Principal, other: string) => ({
    Put: {
      TableName: table,
      Item: { ...friendshipKey(owner, other), ...made, heads: true },
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    },
  });
  const count = (owner: Principal) => {
    const { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues } = creationUpdate(owner, now);
    return {
      Update: {
        TableName: table,
        Key: headKey(owner),
        UpdateExpression: `${UpdateExpression}, friends = if_not_exists(friends, :zero) + :one`,
        ConditionExpression: '(attribute_not_exists(friends) OR friends < :limit) AND attribute_not_exists(deleted)',
        ExpressionAttributeNames,
        ExpressionAttributeValues: { ...ExpressionAttributeValues, ':zero': 0, ':one': 1, ':limit': MAX_FRIENDS },
      },
    };
  };
  const other = withId(user, friend);
  const refused = await transact([entry(user, friend), entry(other, user.id), count(user), count(other)]);
  if (!refused) return { friendship: made, isNew: true };
  const [existing, ...profiles] = await lookup([friendship(user, friend), profile(user), profile(other)], {
    consistent: true,
  });
  if (existing) return { friendship: existing, isNew: false };
  const deleted = [user, other].find((_, n) => !profiles[n]);
  if (deleted) throw new ChatError(ERROR.notFound, `There is no user ${deleted.id}`);
  throw new ChatError(
    ERROR.memberLimit,
    `${user.id} or ${friend} has too many friends; at most ${MAX_FRIENDS} are allowed`,
  );
}

/** Deletes a friendship on both sides. Safe to repeat. @returns false when there was no friendship */
export async function unfriend(user: Principal, friend: string): Promise<boolean> {
  if (user.id === friend) return false;
  const entry = (owner: Principal, other: string) => ({
    Delete: {
      TableName: table,
      Key: friendshipKey(owner, other),
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    },
  });
  const count = (owner: Principal) => ({
    Update: {
      TableName: table,
      Key: headKey(owner),
      // A user who was stored again, for instance by an operator, can lack the count.
      UpdateExpression: 'SET friends = if_not_exists(friends, :one) - :one',
      ExpressionAttributeValues: { ':one': 1 },
    },
  });
  const other = withId(user, friend);
  return !(await transact([entry(user, friend), entry(other, user.id), count(user), count(other)]));
}

/** An entry in the list of a user's friends. */
export interface FriendEntry {
  readonly id: string;
  /** Whether the friendship began in a version without heads of conversations. */
  readonly predatesHeads: boolean;
  /** Whether the user blocks the friend. */
  readonly blocked: boolean;
  /** Whether the friend blocks the user. */
  readonly blockedBy: boolean;
}

/** The friends of a user. */
export async function friendEntries(user: Principal): Promise<FriendEntry[]> {
  const friends = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :friend)',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#sk': SORT_KEY },
    ExpressionAttributeValues: { ':pk': subjectKey(user), ':friend': 'friend#' },
  });
  return (await collect(friends)).map(friendEntry);
}

/** Parses an item of the list of friends. */
export const friendEntry = (item: Item): FriendEntry => ({
  id: String(item[SORT_KEY]).slice('friend#'.length),
  predatesHeads: item.heads === undefined,
  ...marksOf(item),
});

/** What a friendship tells of blocks; see `blocks.ts`. */
export const marksOf = (item: Item) => ({ blocked: item.blocked === true, blockedBy: item.blockedBy === true });
