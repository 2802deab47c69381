import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { ENV, EXPIRES, PARTITION_KEY, SORT_KEY } from '../shared/constants.ts';
import { requireEnv } from '../shared/environment.ts';
import { conditionFailed, dynamo, unlessRefused } from './dynamo.ts';

const table = requireEnv(ENV.accountsTable);

/** The purpose of a code. A code is valid for its purpose only. */
export type Purpose = 'login' | 'reset';

/** Identifies the latest code for a phone and purpose. */
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

/** A code: its hash, and the user who used it. */
export type StoredCode = z.output<typeof Stored>;

/** Stores the hash of a code and replaces the previous one. @param expires epoch seconds */
export async function saveCode(code: CodeKey, hash: string, expires: number): Promise<void> {
  const Item = { ...codeKey(code), hash, tries: 0, [EXPIRES]: expires };
  await dynamo.send(new PutCommand({ TableName: table, Item }));
}

/**
 * Counts an attempt, then returns the stored code for comparison.
 * @param now epoch ms
 * @returns undefined when there is no valid code, or no attempts are left
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

/** Invalidates a code after successful use. @returns false when another request used it first */
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

/**
 * Assigns a correct code to its user, and takes back the counted attempt. @returns false when it belongs to another
 * user
 */
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
