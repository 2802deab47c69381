import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { conditionFailed, dynamo, unlessRefused } from './dynamo.ts';

const table = requireEnv(ENV.accountsTable);

/** What a code was sent for, and does not work for anything else. */
export type Purpose = 'login' | 'reset';

/** Where the code that was last sent to a phone for a purpose is kept. */
export interface CodeKey {
  readonly app: string;
  readonly phone: string;
  readonly purpose: Purpose;
}

const codeKey = ({ app, phone, purpose }: CodeKey) => ({
  [PARTITION_KEY]: `${app}#code#${phone}`,
  [SORT_KEY]: purpose,
});

const Stored = z.object({ hash: z.string(), user: z.optional(z.string()) });

/** A code: its hash, and by whom it has been used. */
export type StoredCode = z.output<typeof Stored>;

/** Keeps the hash of a code, in place of the one before. @param expires epoch seconds */
export async function saveCode(code: CodeKey, hash: string, expires: number): Promise<void> {
  const Item = { ...codeKey(code), hash, tries: 0, [EXPIRES]: expires };
  await dynamo.send(new PutCommand({ TableName: table, Item }));
}

/**
 * Counts a try, and only then tells what to compare with.
 * @param now epoch ms
 * @returns undefined when there is no code, or not any more, or the tries are used up
 */
export async function tryCode(code: CodeKey, limit: number, now: number): Promise<StoredCode | undefined> {
  try {
    const { Attributes } = await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: codeKey(code),
        UpdateExpression: 'SET tries = tries + :one',
        ConditionExpression: 'tries < :limit AND #expires > :now',
        ExpressionAttributeNames: { '#expires': EXPIRES },
        ExpressionAttributeValues: { ':one': 1, ':limit': limit, ':now': now / 1000 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Stored.parse(Attributes);
  } catch (error) {
    if (conditionFailed(error)) return undefined;
    throw error;
  }
}

/** Takes a code that was right out of use. @returns whether it was the first to do so */
export async function spendCode(code: CodeKey, { hash }: StoredCode): Promise<boolean> {
  return unlessRefused(
    dynamo.send(
      new DeleteCommand({
        TableName: table,
        Key: codeKey(code),
        ConditionExpression: '#hash = :hash AND attribute_not_exists(#user)',
        ExpressionAttributeNames: { '#hash': 'hash', '#user': 'user' },
        ExpressionAttributeValues: { ':hash': hash },
      }),
    ),
  );
}

/** Gives a code that was right to its user, and the try back. @returns whether it was nobody else's */
export async function keepCode(code: CodeKey, { hash }: StoredCode, user: string): Promise<boolean> {
  return unlessRefused(
    dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: codeKey(code),
        UpdateExpression: 'SET #user = :user, tries = tries - :one',
        ConditionExpression: '#hash = :hash AND (attribute_not_exists(#user) OR #user = :user)',
        ExpressionAttributeNames: { '#hash': 'hash', '#user': 'user' },
        ExpressionAttributeValues: { ':hash': hash, ':user': user, ':one': 1 },
      }),
    ),
  );
}
