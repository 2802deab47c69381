import { createHash, createHmac } from 'node:crypto';
import { secretsEqual } from '../shared/sign.ts';
import type { App } from '../store/apps.ts';
import { keepCode, type Purpose, spendCode, tryCode } from '../store/codes.ts';
import type { Attempt } from './attempt.ts';
import { ACCOUNT_ERROR, AccountError } from './errors.ts';

/**
 * Maximum number of attempts for one code from one network address, and from all others than the address that requested
 * it. So nobody can use up the attempts of its receiver, and all guesses together find one code of 30,000.
 */
const TRIES = { ofAttempter: 5, ofOthers: 25 };

/** The name under which the attempts of a network address are counted. */
export const attempterOf = ({ address = 'unknown' }: Pick<Attempt, 'address'>) => digest(address).slice(0, 16);

/**
 * Hashes a code with a key of the application. Without a key, an attacker can try all one million codes against a hash.
 * Each hash is valid for one phone and one purpose only.
 */
export function hashCode(app: App, phone: string, purpose: Purpose, code: string): string {
  return createHmac('sha256', app.masterKeyHash)
    .update(`code ${app.id} ${purpose} ${phone} ${code}`)
    .digest('base64url');
}

/**
 * Checks the code that was sent to a phone.
 * @param user the client that may send the code again until it expires, because a reconnect repeats the original login.
 *   Undefined: the code is valid once.
 * @throws AccountError 603
 */
export async function checkCode(
  app: App,
  phone: string,
  purpose: Purpose,
  code: string,
  user: string | undefined,
  { now, address }: Attempt,
): Promise<void> {
  const key = { app: app.id, phone, purpose };
  const attempter = attempterOf({ address });
  const sent = await tryCode(key, attempter, TRIES, now);
  const right = sent && secretsEqual(sent.hash, hashCode(app, phone, purpose, code));
  if (
    right &&
    (await (user === undefined ? spendCode(key, sent) : keepCode(key, sent, { attempter, user: digest(user) })))
  )
    return;
  throw new AccountError(
    ACCOUNT_ERROR.badCode,
    `The code is wrong, used, older than 10 minutes, or was tried ${TRIES.ofAttempter} times; request a new code`,
  );
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
