import * as z from 'zod/mini';
import { checkAttributes } from '../attributes/limits.ts';
import { DIRECTORY_INDEX, ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { conditionFailed, dynamo, type Item, type Lookup, query, unlessRefused } from './dynamo.ts';
import { directoryEntry, HEAD, headKey, subjectKey } from './keys.ts';
import { checkStanding, Standing } from './standing.ts';

const table = requireEnv(ENV.coreTable);

/** Attributes are stored as JSON text, because DynamoDB types cannot represent all JSON numbers. */
export const Attributes = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text): unknown => JSON.parse(text)),
  ),
  // `z.record()` drops the name `__proto__`, so it cannot be used here.
  z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
);

const Profile = z.object({
  ts: z.number(),
  attributes: z._default(Attributes, {}),
  /** False if the user neither sends nor gets read receipts. */
  receipts: z.optional(z.boolean()),
});

/** The stored profile of a user or visitor: creation time (epoch ms) and attributes. */
export type Profile = z.output<typeof Profile>;

/** The profile of a principal. Undefined when the principal does not exist, or is being deleted. */
export function profile(principal: Principal): Lookup<Profile | undefined> {
  return { table, key: headKey(principal), parse: existing };
}

const existing = (item: Item | undefined) => (item && !item.deleted ? Profile.parse(item) : undefined);

/** The update that creates a principal and their directory entry. An existing principal does not change. */
export function creationUpdate(principal: Principal, now: number) {
  return {
    UpdateExpression: 'SET ts = if_not_exists(ts, :now), #directory = if_not_exists(#directory, :directory)',
    ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition },
    ExpressionAttributeValues: { ':now': now, ':directory': directoryEntry(principal)[DIRECTORY_INDEX.partition] },
  };
}

const Popularity = z.extend(Standing, { friends: z._default(z.number(), 0) });

/**
 * Creates the principal if needed, and returns their number of friends.
 * @throws Forbidden 5003 when the user is banned or being deleted
 */
export async function ensureProfile(principal: Principal, now: number): Promise<{ readonly friends: number }> {
  const { Attributes } = await dynamo.update({
    TableName: table,
    Key: headKey(principal),
    ...creationUpdate(principal, now),
    ReturnValues: 'ALL_NEW',
  });
  const { friends, ...found } = Popularity.parse(Attributes);
  checkStanding(found, principal.id, now);
  return { friends };
}

const ATTEMPTS = 10;

/**
 * Creates a visitor, or merges attributes into an existing one.
 * @throws ChatError 5001 or 5010 for invalid attributes, 5005 after too many concurrent changes
 */
export async function saveVisitor(visitor: Principal, attributes: Record<string, unknown>, now: number): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { Item } = await dynamo.get({ TableName: table, Key: headKey(visitor), ConsistentRead: true });
    const present = Item && Profile.parse(Item).attributes;
    const merged = JSON.stringify(checkAttributes({ ...present, ...attributes }));
    try {
      await dynamo.update({
        TableName: table,
        Key: headKey(visitor),
        UpdateExpression: 'SET ts = if_not_exists(ts, :now), attributes = :merged',
        ConditionExpression:
          Item?.attributes === undefined ? 'attribute_not_exists(attributes)' : 'attributes = :present',
        ExpressionAttributeValues: {
          ':now': now,
          ':merged': merged,
          ...(Item?.attributes !== undefined && { ':present': Item.attributes }),
        },
      });
      return;
    } catch (error) {
      if (!conditionFailed(error)) throw error;
    }
  }
  throw new ChatError(ERROR.conflict, `Too many requests change visitor ${visitor.id} at this moment; try again`);
}

/**
 * Sets whether a user sends and gets read receipts.
 * @throws ChatError 5004 when the user does not exist
 */
export async function setReceipts(user: Principal, receipts: boolean): Promise<void> {
  const set = dynamo.update({
    TableName: table,
    Key: headKey(user),
    UpdateExpression: 'SET receipts = :receipts',
    ConditionExpression: 'attribute_exists(#pk)',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    ExpressionAttributeValues: { ':receipts': receipts },
  });
  if (!(await unlessRefused(set))) throw new ChatError(ERROR.notFound, `There is no user ${user.id}`);
}

/** A user's partition: the profile, and the ids of their friends. */
export interface UserRecord {
  readonly profile: Profile;
  readonly friends: string[];
}

/** Reads a user's partition. Undefined when the user does not exist. */
export async function userRecord(user: Principal): Promise<UserRecord | undefined> {
  const friends: string[] = [];
  let found: Profile | undefined;
  const items = query({
    TableName: table,
    KeyConditionExpression: '#pk = :pk',
    ExpressionAttributeNames: { '#pk': PARTITION_KEY },
    ExpressionAttributeValues: { ':pk': subjectKey(user) },
  });
  for await (const item of items) {
    const [kind, id] = String(item[SORT_KEY]).split('#');
    if (kind === HEAD) found = existing(item);
    else if (kind === 'friend' && id !== undefined) friends.push(id);
  }
  return found && { profile: found, friends };
}
