import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { type Account, accountPartition } from './accounts.ts';
import { dynamo } from './dynamo.ts';

const table = requireEnv(ENV.accountsTable);

/** A session of an account. Only a hash of its secret is stored. */
export interface SessionKey {
  readonly app: string;
  readonly account: string;
  readonly hash: string;
}

const Stored = z.object({ generation: z.number(), [EXPIRES]: z.number() });

const sessionKey = ({ app, account, hash }: SessionKey) => ({
  [PARTITION_KEY]: accountPartition(app, account),
  [SORT_KEY]: `session#${hash}`,
});

/** @param expires epoch seconds */
export async function saveSession({ app, id, generation }: Account, hash: string, expires: number): Promise<void> {
  const key = sessionKey({ app, account: id, hash });
  await dynamo.send(new PutCommand({ TableName: table, Item: { ...key, generation, [EXPIRES]: expires } }));
}

/**
 * Reads the generation of a session with strong consistency. Undefined when the session does not exist or has expired.
 * @param now epoch ms
 */
export async function sessionGeneration(session: SessionKey, now: number): Promise<number | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: sessionKey(session), ConsistentRead: true }),
  );
  const stored = Item && Stored.parse(Item);
  return stored && stored[EXPIRES] * 1000 > now ? stored.generation : undefined;
}

/** Ends a session. Safe to repeat. */
export async function deleteSession(session: SessionKey): Promise<void> {
  await dynamo.send(new DeleteCommand({ TableName: table, Key: sessionKey(session) }));
}
