import { randomUUID } from 'node:crypto';
import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { checkAttributes } from '../attributes/limits.ts';
import { DIRECTORY_INDEX, ENV, MEMBERSHIP_INDEX, PARTITION_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import { indexChanges } from './attribute-index.ts';
import { dropFromIndex } from './attributes.ts';
import { type Community, head, memberKey, membership, membersOf, unknownCommunity } from './communities.ts';
import { conditionFailed, dynamo, lookup } from './dynamo.ts';
import { directoryEntry, headKey, subjectKey } from './keys.ts';
import { profile } from './profiles.ts';
import { MOST_WRITES, transact, type Write } from './transact.ts';

const table = requireEnv(ENV.coreTable);

/** Who is to join and leave, and who is to own the group from now on. */
export interface MemberChange {
  readonly join?: readonly string[];
  readonly leave?: readonly string[];
  readonly owner?: string | undefined;
}

/** How many members there may be at most, and the time of the change (epoch ms). */
export interface ChangeOptions {
  readonly most: number;
  readonly now: number;
}

/**
 * Creates a community with its first members and attributes.
 * @throws ChatError 5004 when somebody named does not exist, 5008 when they are too many, 5010 when the attributes are
 *   too much: then it was not created
 */
export async function createCommunity(
  app: string,
  kind: Community['kind'],
  { join = [], owner, attributes = {} }: MemberChange & { attributes?: Record<string, unknown> },
  { most, now }: ChangeOptions,
): Promise<Community> {
  const community: Community = { app, kind, id: randomUUID().replaceAll('-', '') };
  const members = [...new Set(owner === undefined ? join : [owner, ...join])];
  if (members.length > most) throw tooMany(community, most);
  await checkUsers(app, members);
  const index = indexChanges(community, {}, checkAttributes(attributes));
  const first = members.slice(0, MOST_WRITES - 1 - index.length);
  const item = {
    ...headKey(community),
    ...directoryEntry(community),
    ts: now,
    owner,
    attributes: JSON.stringify(attributes),
    members: first.length,
  };
  await transact([
    { Put: { TableName: table, Item: item } },
    ...index,
    ...first.map((user) => enrol(community, user, now)),
  ]);
  for (const join of batches(members.slice(first.length))) await changeBatch(community, { join }, { most, now });
  return community;
}

/**
 * Lets users join and leave, and gives a group another owner. Who is a member already stays one; who is none, too.
 * Up to 99 changes are one transaction; more are several, those who leave first.
 * @throws ChatError 5004 when the community or a user does not exist, 5008 when they would be too many,
 *   5009 when the owner would leave: then nothing was changed
 */
export async function changeMembers(community: Community, change: MemberChange, options: ChangeOptions): Promise<void> {
  const { join = [], leave = [], owner } = change;
  await checkUsers(community.app, owner === undefined ? join : [owner, ...join]);
  const steps = [...batches(leave).map((leave) => ({ leave })), ...batches(join).map((join) => ({ join }))];
  if (join.length + leave.length < MOST_WRITES) return changeBatch(community, change, options);
  for (const step of steps) await changeBatch(community, step, options);
  if (owner !== undefined) await changeBatch(community, { owner }, options);
}

const ATTEMPTS = 20;

/** Reads, decides, and writes on condition that what was read still holds; else once more. */
async function changeBatch(community: Community, change: MemberChange, { most, now }: ChangeOptions): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { join = [], leave = [], owner } = change;
    const named = [...new Set([...join, ...leave, ...(owner === undefined ? [] : [owner])])];
    const [found, ...members] = await lookup([head(community), ...named.map((user) => membership(community, user))]);
    if (!found) throw unknownCommunity(community);
    const isMember = new Set(named.filter((_, n) => members[n]));
    const newOwner = owner ?? found.owner;
    const leaving = [...new Set(leave)].filter((user) => isMember.has(user));
    const joining = named.filter((user) => !isMember.has(user) && (user === owner || join.includes(user)));
    if (newOwner !== undefined && leaving.includes(newOwner)) throw ownerStays(newOwner);
    const delta = joining.length - leaving.length;
    if (delta > 0 && found.members + delta > most) throw tooMany(community, most);
    if (joining.length + leaving.length === 0 && newOwner === found.owner) return;

    // The count is compared with the limit only, so that many who join at once do not undo one another's attempts.
    const ownerMatters = leaving.length > 0 || newOwner !== found.owner;
    const conditions = [
      'attribute_exists(#pk) AND attribute_not_exists(deleted)',
      ...(delta > 0 ? ['members <= :room'] : []),
      ...(ownerMatters ? [found.owner === undefined ? 'attribute_not_exists(#owner)' : '#owner = :owner'] : []),
    ];
    const refused = await transact([
      {
        Update: {
          TableName: table,
          Key: headKey(community),
          UpdateExpression: `SET members = members + :delta${ownerMatters && newOwner !== undefined ? ', #owner = :newOwner' : ''}`,
          ConditionExpression: conditions.join(' AND '),
          ExpressionAttributeNames: { '#pk': PARTITION_KEY, ...(ownerMatters && { '#owner': 'owner' }) },
          ExpressionAttributeValues: {
            ':delta': delta,
            ...(delta > 0 && { ':room': most - delta }),
            ...(ownerMatters && newOwner !== undefined && { ':newOwner': newOwner }),
            ...(ownerMatters && found.owner !== undefined && { ':owner': found.owner }),
          },
        },
      },
      ...leaving.map((user) => expel(community, user)),
      ...joining.map((user) => enrol(community, user, now)),
    ]);
    if (!refused) return;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** Math.min(attempt, 6)));
  }
  throw new ChatError(
    ERROR.conflict,
    `Too many requests change ${community.kind} ${community.id} at this moment; try again`,
  );
}

function enrol(community: Community, userId: string, now: number): Write {
  const member = subjectKey({ app: community.app, kind: 'user', id: userId });
  return {
    Put: {
      TableName: table,
      Item: { ...memberKey(community, userId), [MEMBERSHIP_INDEX.member]: member, ts: now },
      ConditionExpression: 'attribute_not_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    },
  };
}

function expel(community: Community, userId: string): Write {
  return {
    Delete: {
      TableName: table,
      Key: memberKey(community, userId),
      ConditionExpression: 'attribute_exists(#pk)',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    },
  };
}

/** How long a deletion may take before whoever asked for it is answered (ms): so many thousand members. */
const DELETION_MS = 20_000;

/**
 * Deletes a community. First it is marked, so that from there on nobody finds it or joins it; then its members go,
 * and last the mark. A deletion that was interrupted goes on when it is asked for again.
 * @throws ChatError 5004 when it does not exist, 5005 when it has so many members that it has to be asked for again
 */
export async function deleteCommunity(community: Community): Promise<void> {
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: headKey(community),
        UpdateExpression: 'SET deleted = :true REMOVE #directory',
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#directory': DIRECTORY_INDEX.partition },
        ExpressionAttributeValues: { ':true': true },
      }),
    );
  } catch (error) {
    if (conditionFailed(error)) throw unknownCommunity(community);
    throw error;
  }
  await dropFromIndex(community);
  const until = Date.now() + DELETION_MS;
  for (;;) {
    const members = await membersOf(community, MOST_WRITES);
    if (members.length === 0) break;
    if (Date.now() > until) throw unfinished(community);
    await transact(members.map((user) => ({ Delete: { TableName: table, Key: memberKey(community, user) } })));
  }
  await dynamo.send(new DeleteCommand({ TableName: table, Key: headKey(community) }));
}

async function checkUsers(app: string, userIds: readonly string[]): Promise<void> {
  const found = await lookup(userIds.map((id) => profile({ app, kind: 'user', id })));
  const unknown = userIds.find((_, n) => !found[n]);
  if (unknown !== undefined) throw new ChatError(ERROR.notFound, `There is no user ${unknown}`);
}

/** Parts of at most as many as fit into one transaction beside the head. */
function batches(userIds: readonly string[]): string[][] {
  const unique = [...new Set(userIds)];
  const size = MOST_WRITES - 1;
  return Array.from({ length: Math.ceil(unique.length / size) }, (_, n) => unique.slice(n * size, (n + 1) * size));
}

function tooMany({ kind, id }: Community, most: number): ChatError {
  return new ChatError(
    ERROR.memberLimit,
    `The ${kind} ${id} would have more than ${most} members, the most there can be`,
  );
}

function unfinished({ kind, id }: Community): ChatError {
  return new ChatError(
    ERROR.conflict,
    `The ${kind} ${id} is no more, but has more members than can be removed at once; ask again to go on`,
  );
}

function ownerStays(owner: string): ChatError {
  return new ChatError(
    ERROR.unsupported,
    `${owner} owns the group and cannot leave it; make somebody else the owner first`,
  );
}
