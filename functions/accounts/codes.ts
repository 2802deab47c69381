import { createHash, createHmac } from 'node:crypto';
import { secretsEqual } from '../shared/sign.ts';
import type { App } from '../store/apps.ts';
import { keepCode, type Purpose, spendCode, tryCode } from '../store/codes.ts';
import { ACCOUNT_ERROR, AccountError } from './errors.ts';

/** How often a code may be guessed at. */
const TRIES = 5;

/**
 * A million codes are soon tried out on a bare hash. So the key is the application's own, and a hash fits one phone
 * and purpose only.
 */
export function hashCode(app: App, phone: string, purpose: Purpose, code: string): string {
  return createHmac('sha256', app.masterKeyHash)
    .update(`code ${app.id} ${purpose} ${phone} ${code}`)
    .digest('base64url');
}

/**
 * Checks a code that was sent to a phone.
 * @param user who may bring the code again until it expires: a client that reconnects has only what it logged in with.
 *   Undefined: nobody; a code is used once.
 * @throws AccountError 603
 */
export async function checkCode(
  app: App,
  phone: string,
  purpose: Purpose,
  code: string,
  user: string | undefined,
  now: number,
): Promise<void> {
  const key = { app: app.id, phone, purpose };
  const sent = await tryCode(key, TRIES, now);
  const right = sent && secretsEqual(sent.hash, hashCode(app, phone, purpose, code));
  if (right && (await (user === undefined ? spendCode(key, sent) : keepCode(key, sent, digest(user))))) return;
  throw new AccountError(
    ACCOUNT_ERROR.badCode,
    `The code is wrong, used, older than 10 minutes, or was tried ${TRIES} times; ask for another`,
  );
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
