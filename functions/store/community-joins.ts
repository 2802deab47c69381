import { randomUUID } from 'node:crypto';
import { ENV, MEMBERSHIP_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { communityHead, type Head, membersOf, unknownCommunity } from './communities.ts';
import { type Community, memberKey } from './community-keys.ts';
import { tooManyMembers } from './community-plan.ts';
import { dynamo, unlessRefused } from './dynamo.ts';
import { headKey, subjectKey } from './keys.ts';

const table = requireEnv(ENV.coreTable);

/** Maximum users per change without a transaction. Larger changes use transactions. */
export const FEW_MEMBERS = 10;

/** A count that is unchanged for this time (ms) is final, because no function runs longer. */
const SETTLED_MS = 60_000;

const EXISTS = 'attribute_exists(#pk) AND attribute_not_exists(deleted)';

/**
 * Adds users who are not members, without a transaction. With transactions, many concurrent joins to one community
 * would conflict on its head. The count increases first, if the limit permits it, and then the memberships are written.
 * So the count is never below the number of members. After an interruption it is too high, until {@link recount}
 * corrects it. See docs/decisions/0023-joins-without-transactions.md.
 * @returns the users who were not members before
 * @throws ChatError 5004 when the community does not exist, 5008 when it is full
 */
export async function join(
  community: Community,
  users: readonly string[],
  limit: number,
  now: number,
): Promise<string[]> {
  const counted = await count(community, users.length, limit);
  if (!counted && !((await recount(community)) && (await count(community, users.length, limit)))) {
    const found = await readHead(community);
    throw found ? tooManyMembers(community, limit) : unknownCommunity(community);
  }
  const joined = await Promise.all(users.map((user) => enrol(community, user, now)));
  const admitted = users.filter((_, n) => joined[n]);
  const late = users.length - admitted.length;
  if (late > 0) await count(community, -late);
  // A concurrent deletion marks the community first. It may have listed the members before these users joined.
  if (await readHead(community)) return admitted;
  await Promise.all(users.map((user) => expel(community, user)));
  throw unknownCommunity(community);
}

/**
 * Removes members from a community without an owner. No transaction is needed: memberships are deleted first, then the
 * count decreases.
 * @returns the users who were members before
 */
export async function leave(community: Community, users: readonly string[]): Promise<string[]> {
  const left = await Promise.all(users.map((user) => expel(community, user)));
  const gone = users.filter((_, n) => left[n]);
  if (gone.length > 0) await count(community, -gone.length);
  return gone;
}

/** Changes the member count. @returns false when the limit would be exceeded or the community does not exist */
async function count(community: Community, growth: number, limit?: number): Promise<boolean> {
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(community),
      UpdateExpression: 'SET counted = :now ADD members :growth',
      ConditionExpression: limit === undefined ? EXISTS : `${EXISTS} AND members <= :room`,
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: {
        ':now': Date.now(),
        ':growth': growth,
        ...(limit !== undefined && { ':room': limit - growth }),
      },
    }),
  );
}

/** Corrects the member count, if it has been unchanged for some time. @returns whether it was corrected */
async function recount(community: Community): Promise<boolean> {
  const found = await readHead(community);
  if (!found || (found.counted ?? 0) > Date.now() - SETTLED_MS) return false;
  const members = (await membersOf(community)).length;
  if (members === found.members) return false;
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: headKey(community),
      UpdateExpression: 'SET members = :members, counted = :now',
      ConditionExpression: `${EXISTS} AND members = :wrong AND ${found.counted === undefined ? 'attribute_not_exists(counted)' : 'counted = :counted'}`,
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: {
        ':members': members,
        ':now': Date.now(),
        ':wrong': found.members,
        ...(found.counted !== undefined && { ':counted': found.counted }),
      },
    }),
  );
}

/** Reads the head with strong consistency. */
async function readHead(community: Community): Promise<Head | undefined> {
  const { key, parse } = communityHead(community);
  const { Item } = await dynamo.get({ TableName: table, Key: key, ConsistentRead: true });
  return parse(Item);
}

/** @returns false when the user is already a member */
function enrol(community: Community, user: string, now: number): Promise<boolean> {
  const member = subjectKey({ app: community.app, kind: 'user', id: user });
  // The SDK repeats a write whose response was lost. The mark tells the repetition from an earlier membership.
  const attempt = randomUUID();
  return unlessRefused(
    dynamo.put({
      TableName: table,
      Item: { ...memberKey(community, user), [MEMBERSHIP_INDEX.member]: member, ts: now, attempt },
      ConditionExpression: 'attribute_not_exists(#pk) OR attempt = :attempt',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      ExpressionAttributeValues: { ':attempt': attempt },
    }),
  );
}

/** @returns false when the user is not a member */
function expel(community: Community, user: string): Promise<boolean> {
  return unlessRefused(
    dynamo.delete({
      TableName: table,
      Key: memberKey(community, user),
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    }),
  );
}
