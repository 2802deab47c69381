import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Principal } from '../chat/principal.ts';
import { ENV, PARTITION_KEY, SORT_KEY } from '../constants.ts';
import { requireEnv } from '../environment.ts';
import { dynamo, type Lookup } from './dynamo.ts';
import { principalKey } from './keys.ts';

const table = requireEnv(ENV.coreTable);
const SORT = 'profile';

/** Attributes are any JSON, which DynamoDB's own types cannot hold (its numbers are smaller), so they are kept as text. */
const Attributes = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text): unknown => JSON.parse(text)),
  ),
  z.record(z.string(), z.unknown()),
);

const Profile = z.object({ ts: z.number(), attributes: z._default(Attributes, {}) });

/** What is stored of a user or visitor: since when (epoch ms), and the attributes that the application gave him. */
export type Profile = z.output<typeof Profile>;

export const profileKey = (principal: Principal) => ({ [PARTITION_KEY]: principalKey(principal), [SORT_KEY]: SORT });

/** The profile of a principal; undefined when nobody has that id. */
export function profile(principal: Principal): Lookup<Profile | undefined> {
  return { table, key: profileKey(principal), parse: (item) => item && Profile.parse(item) };
}

/** Creates the principal on first use; leaves one that exists as it is. */
export async function ensureProfile(principal: Principal, now: number): Promise<void> {
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: profileKey(principal),
      UpdateExpression: 'SET ts = if_not_exists(ts, :now)',
      ExpressionAttributeValues: { ':now': now },
    }),
  );
}

/** Creates a visitor, or replaces the attributes of one who exists. */
export async function saveVisitor(
  principal: Principal,
  attributes: Record<string, unknown>,
  now: number,
): Promise<void> {
  await dynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: profileKey(principal),
      UpdateExpression: 'SET ts = if_not_exists(ts, :now), attributes = :attributes',
      ExpressionAttributeValues: { ':now': now, ':attributes': JSON.stringify(attributes) },
    }),
  );
}

/** Everything in a user's partition: the profile, and the ids of his friends. */
export interface Dossier {
  readonly profile: Profile;
  readonly friends: string[];
}

/** Reads a user's whole partition; undefined when nobody has that id. */
export async function dossier(user: Principal): Promise<Dossier | undefined> {
  const friends: string[] = [];
  let found: Profile | undefined;
  let start: Record<string, unknown> | undefined;
  do {
    const page = await dynamo.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
        ExpressionAttributeValues: { ':pk': principalKey(user) },
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) {
      const [kind, id] = String(item[SORT_KEY]).split('#');
      if (kind === SORT) found = Profile.parse(item);
      else if (kind === 'friend' && id !== undefined) friends.push(id);
    }
    start = page.LastEvaluatedKey;
  } while (start);
  return found && { profile: found, friends };
}
