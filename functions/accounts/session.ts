import { createHash, randomBytes } from 'node:crypto';
import { type Account, findAccount } from '../store/accounts.ts';
import { deleteSession, type SessionKey, saveSession, sessionGeneration } from '../store/sessions.ts';

const LIFETIME_S = 30 * 24 * 60 * 60;

/** `r:`, by which Parse's clients know session tokens, the account, and 256 random bits. */
const TOKEN = /^r:([0-9a-f]{24})([\w-]{43})$/;

/**
 * Begins a session of an account: a token by which its holder may act as that user, for 30 days or until it is revoked.
 * @param now epoch ms
 */
export async function createSession(account: Account, now: number): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  await saveSession(account, hashOf(secret), Math.ceil(now / 1000) + LIFETIME_S);
  return `r:${account.id}${secret}`;
}

/** The account whose session a token is; undefined when it is none, or its session is over. */
export async function sessionHolder(app: string, token: string, now: number): Promise<Account | undefined> {
  const session = parseToken(app, token);
  if (!session) return undefined;
  const [account, generation] = await Promise.all([findAccount(app, session.account), sessionGeneration(session, now)]);
  return account?.generation === generation ? account : undefined;
}

/** Ends a session. */
export async function endSession(app: string, token: string): Promise<void> {
  const session = parseToken(app, token);
  if (session) await deleteSession(session);
}

function parseToken(app: string, token: string): SessionKey | undefined {
  const [, account, secret] = TOKEN.exec(token) ?? [];
  return account && secret ? { app, account, hash: hashOf(secret) } : undefined;
}

/** The secret is random, and as long as the hash: nothing slower is needed to keep it. */
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
