import { createHash, randomBytes } from 'node:crypto';
import { type Account, findAccount } from '../store/accounts.ts';
import { deleteSession, type SessionKey, saveSession, sessionGeneration } from '../store/sessions.ts';

const LIFETIME_S = 30 * 24 * 60 * 60;

/** `r:`, which Parse clients expect, the account id, and 256 random bits. */
const TOKEN = /^r:([0-9a-f]{24})([\w-]{43})$/;

/**
 * Creates a session and returns its token. The token authenticates the user for 30 days, or until it is revoked.
 * @param now epoch ms
 */
export async function createSession(account: Account, now: number): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await saveSession(account, hashOf(secret), Math.ceil(now / 1000) + LIFETIME_S);
  return `r:${account.id}${secret}`;
}

/** Returns the account of a session token; undefined when the token is invalid or the session has ended. */
export async function sessionHolder(app: string, token: string, now: number): Promise<Account | undefined> {
  const session = parseToken(app, token);
  if (!session) return undefined;
  const [account, generation] = await Promise.all([findAccount(app, session.account), sessionGeneration(session, now)]);
  return account?.generation === generation ? account : undefined;
}

export async function endSession(app: string, token: string): Promise<void> {
  const session = parseToken(app, token);
  if (session) await deleteSession(session);
}

function parseToken(app: string, token: string): SessionKey | undefined {
  const [, account, secret] = TOKEN.exec(token) ?? [];
  return account && secret ? { app, account, hash: hashOf(secret) } : undefined;
}

/** The secret has 256 random bits, so a slow hash adds no protection. */
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
