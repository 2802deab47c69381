import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ENV, MEMBERSHIP_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { communityHead, type Head, membersOf, unknownCommunity } from './communities.ts';
import { type Community, memberKey } from './community-keys.ts';
import { tooManyMembers } from './community-plan.ts';
import { dynamo, unlessRefused } from './dynamo.ts';
import { headKey, subjectKey } from './keys.ts';

const table = requireEnv(ENV.coreTable);

/** How many users may join or leave by themselves; more are transactions. */
export const FEW_MEMBERS = 10;

/** For how long a count must not have changed before it is taken for final (ms): no function runs for that long. */
const SETTLED_MS = 60_000;

const EXISTS = 'attribute_exists(#pk) AND attribute_not_exists(deleted)';

/**
 * Lets users join who are no members yet, without a transaction: many who join one community at once would all meet on its
 * head. They are counted first, on condition that there is room, and then become members. So there are never more members
 * than counted. If this ends halfway, fewer are members than counted, until {@link recount} finds out.
 * See docs/decisions/0023-joins-without-transactions.md.
 * @returns those who were no members until now
 * @throws ChatError 5004 when the community does not exist (any more), 5008 when there is no room
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
  // Whoever deletes the community marks it first. It may have looked for members before these joined.
  if (await readHead(community)) return admitted;
  await Promise.all(users.map((user) => expel(community, user)));
  throw unknownCommunity(community);
}

/**
 * Lets members leave a community without an owner, which needs no transaction either: they go first, and then are uncounted.
 * @returns those who were members until now
 */
export async function leave(community: Community, users: readonly string[]): Promise<string[]> {
  const left = await Promise.all(users.map((user) => expel(community, user)));
  const gone = users.filter((_, n) => left[n]);
  if (gone.length > 0) await count(community, -gone.length);
  return gone;
}

/** Adds to the number of members. @returns false when there is no room for so many, or no such community */
async function count(community: Community, growth: number, limit?: number): Promise<boolean> {
  return unlessRefused(
    dynamo.send(
      new UpdateCommand({
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
    ),
  );
}

/** Counts the members anew, if their number has not changed for a while. @returns whether it was wrong, and no longer is */
async function recount(community: Community): Promise<boolean> {
  const found = await readHead(community);
  if (!found || (found.counted ?? 0) > Date.now() - SETTLED_MS) return false;
  const members = (await membersOf(community)).length;
  if (members === found.members) return false;
  return unlessRefused(
    dynamo.send(
      new UpdateCommand({
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
    ),
  );
}

/** The head as it is at this moment. */
async function readHead(community: Community): Promise<Head | undefined> {
  const { key, parse } = communityHead(community);
  const { Item } = await dynamo.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return parse(Item);
}

/** @returns false when the user is a member already */
function enrol(community: Community, user: string, now: number): Promise<boolean> {
  const member = subjectKey({ app: community.app, kind: 'user', id: user });
  return unlessRefused(
    dynamo.send(
      new PutCommand({
        TableName: table,
        Item: { ...memberKey(community, user), [MEMBERSHIP_INDEX.member]: member, ts: now },
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      }),
    ),
  );
}

/** @returns false when the user is no member */
function expel(community: Community, user: string): Promise<boolean> {
  return unlessRefused(
    dynamo.send(
      new DeleteCommand({
        TableName: table,
        Key: memberKey(community, user),
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
      }),
    ),
  );
}
