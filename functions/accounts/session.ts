import { randomBytes } from 'node:crypto';
import { type Account, findAccount } from '../store/accounts.ts';
import { deleteSession, type SessionKey, saveSession, sessionGeneration } from '../store/sessions.ts';
import { hashOf, parseSessionToken } from './session-token.ts';

const LIFETIME_S = 30 * 24 * 60 * 60;

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

/** Ends a session, and answers which it was; undefined when the token is not that of an account. */
export async function endSession(app: string, token: string): Promise<SessionKey | undefined> {
  const session = parseToken(app, token);
  if (session) await deleteSession(session);
  return session;
}

function parseToken(app: string, token: string): SessionKey | undefined {
  const parsed = parseSessionToken(token);
  return parsed && { app, ...parsed };
}
