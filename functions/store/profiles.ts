import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { checkAttributes } from '../attributes/limits.ts';
import { DIRECTORY_INDEX, ENV, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { conditionFailed, dynamo, type Lookup, query } from './dynamo.ts';
import { directoryEntry, HEAD, headKey, subjectKey } from './keys.ts';

const table = requireEnv(ENV.coreTable);

/** Attributes are any JSON, which DynamoDB's own types cannot hold (its numbers are smaller), so they are kept as text. */
export const Attributes = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text): unknown => JSON.parse(text)),
  ),
  // Not z.record(), which leaves out a name that JavaScript has a meaning for, `__proto__`.
  z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
);

const Profile = z.object({ ts: z.number(), attributes: z._default(Attributes, {}) });

/** What is stored of a user or visitor: since when (epoch ms), and the attributes that the application gave them. */
export type Profile = z.output<typeof Profile>;

/** The profile of a principal; undefined when nobody has that id. */
export function profile(principal: Principal): Lookup<Profile | undefined> {
  return { table, key: headKey(principal), parse: (item) => item && Profile.parse(item) };
}

/** The update by which a principal comes to exist, and into the directory; one who exists keeps what they have. */
export function creationUpdate(principal: Principal, now: number) {
  return {
    UpdateExpression: 'SET ts = if_not_exists(ts, :now), #directory = if_not_exists(#directory, :directory)',
    ExpressionAttributeNames: { '#directory': DIRECTORY_INDEX.partition },
    ExpressionAttributeValues: { ':now': now, ':directory': directoryEntry(principal)[DIRECTORY_INDEX.partition] },
  };
}

const Popularity = z.object({ friends: z._default(z.number(), 0) });

/** Creates the principal on first use, and leaves one that exists as it is; tells how many friends there are. */
export async function ensureProfile(principal: Principal, now: number): Promise<z.output<typeof Popularity>> {
  const { Attributes } = await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: headKey(principal),
      ...creationUpdate(principal, now),
      ReturnValues: 'ALL_NEW',
    }),
  );
  return Popularity.parse(Attributes);
}

const ATTEMPTS = 10;

/**
 * Creates a visitor, or adds to the attributes of one who exists.
 * @throws ChatError 5001 or 5010 when the attributes are none or too much, 5005 when others keep changing them
 */
export async function saveVisitor(visitor: Principal, attributes: Record<string, unknown>, now: number): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { Item } = await dynamo.send(
      new GetCommand({ TableName: table, Key: headKey(visitor), ConsistentRead: true }),
    );
    const present = Item && Profile.parse(Item).attributes;
    const merged = JSON.stringify(checkAttributes({ ...present, ...attributes }));
    try {
      await dynamo.send(
        new UpdateCommand({
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
        }),
      );
      return;
    } catch (error) {
      if (!conditionFailed(error)) throw error;
    }
  }
  throw new ChatError(ERROR.conflict, `Too many requests change visitor ${visitor.id} at this moment; try again`);
}

/** Everything in a user's partition: the profile, and the ids of their friends. */
export interface UserRecord {
  readonly profile: Profile;
  readonly friends: string[];
}

/** Reads a user's whole partition; undefined when nobody has that id. */
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
    if (kind === HEAD) found = Profile.parse(item);
    else if (kind === 'friend' && id !== undefined) friends.push(id);
  }
  return found && { profile: found, friends };
}
