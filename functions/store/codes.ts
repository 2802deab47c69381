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

/** A code to store: its hash, and who requested it. */
export interface NewCode {
  readonly hash: string;
  readonly requester: string;
}

/** Stores a code and replaces the previous one. @param expires epoch seconds */
export async function saveCode(code: CodeKey, stored: NewCode, expires: number): Promise<void> {
  const Item = { ...codeKey(code), ...stored, tries: 0, [EXPIRES]: expires };
  await dynamo.put({ TableName: table, Item });
}

/** Maximum attempts: of one attempter, and of all others than the requester. */
export interface CodeTries {
  readonly ofAttempter: number;
  readonly ofOthers: number;
}

/** The attribute that counts the attempts of one attempter. */
const triesOf = (attempter: string) => `tries_${attempter}`;

/**
 * Counts an attempt, then returns the stored code for comparison.
 * @param now epoch ms
 * @returns undefined when there is no valid code, or no attempts are left
 */
export async function tryCode(
  code: CodeKey,
  attempter: string,
  limits: CodeTries,
  now: number,
): Promise<StoredCode | undefined> {
  try {
    const { Attributes } = await dynamo.update({
      TableName: table,
      Key: codeKey(code),
      UpdateExpression: 'SET tries = tries + :one, #mine = if_not_exists(#mine, :zero) + :one',
      ConditionExpression:
        '#expires > :now AND (attribute_not_exists(#mine) OR #mine < :limit) AND (requester = :attempter OR tries < :all)',
      ExpressionAttributeNames: { '#expires': EXPIRES, '#mine': triesOf(attempter) },
      ExpressionAttributeValues: {
        ':zero': 0,
        ':one': 1,
        ':attempter': attempter,
        ':limit': limits.ofAttempter,
        // The attempts of the requester count, too.
        ':all': limits.ofOthers + limits.ofAttempter,
        ':now': now / 1000,
      },
      ReturnValues: 'ALL_NEW',
    });
    return Stored.parse(Attributes);
  } catch (error) {
    if (conditionFailed(error)) return undefined;
    throw error;
  }
}

/** Invalidates a code after successful use. @returns false when another request used it first */
export async function spendCode(code: CodeKey, { hash }: StoredCode): Promise<boolean> {
  return unlessRefused(
    dynamo.delete({
      TableName: table,
      Key: codeKey(code),
      ConditionExpression: '#hash = :hash AND attribute_not_exists(#user)',
      ExpressionAttributeNames: { '#hash': 'hash', '#user': 'user' },
      ExpressionAttributeValues: { ':hash': hash },
    }),
  );
}

/**
 * Assigns a correct code to its user, and takes back the counted attempt. @returns false when it belongs to another
 * user
 */
export async function keepCode(
  code: CodeKey,
  { hash }: StoredCode,
  { attempter, user }: { attempter: string; user: string },
): Promise<boolean> {
  return unlessRefused(
    dynamo.update({
      TableName: table,
      Key: codeKey(code),
      UpdateExpression: 'SET #user = :user, tries = tries - :one, #mine = #mine - :one',
      ConditionExpression: '#hash = :hash AND (attribute_not_exists(#user) OR #user = :user)',
      ExpressionAttributeNames: { '#hash': 'hash', '#user': 'user', '#mine': triesOf(attempter) },
      ExpressionAttributeValues: { ':hash': hash, ':user': user, ':one': 1 },
    }),
  );
}
