import { randomBytes } from 'node:crypto';
import type { Principal } from '../shared/principal.ts';
import type { Account } from '../store/accounts.ts';
import { isOpen, readSession, type SessionKey, saveSession } from '../store/sessions.ts';
import { checkStanding } from '../store/standing.ts';
import { hashOf, parseSessionToken } from './session-token.ts';

/** How long a token is valid that the server issues. */
export const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Creates a session and returns its token. The token authenticates the user for 30 days, or until it is revoked.
 * @param now epoch ms
 * @param install the installation that logs in
 */
export async function createSession(
  { app, id, generation }: Pick<Account, 'app' | 'id' | 'generation'>,
  now: number,
  install?: string,
): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const key: SessionKey = { principal: { app, kind: 'user', id }, hash: hashOf(secret) };
  await saveSession(key, { signed: false, created: now, until: now + LIFETIME_MS, generation, install });
  return `r:${id}${secret}`;
}

/**
 * Returns the user of a session token; undefined when the token is invalid or the session has ended.
 * @throws Forbidden 5003 when the user is banned or being deleted
 */
export async function sessionHolder(app: string, token: string, now: number): Promise<SessionKey | undefined> {
  const parsed = parseSessionToken(token);
  if (!parsed) return undefined;
  const principal: Principal = { app, kind: 'user', id: parsed.account };
  const key = { principal, hash: parsed.hash };
  const { session, account, standing } = await readSession(key, true);
  if (!session || !isOpen(session, now) || account?.generation !== session.generation) return undefined;
  checkStanding(standing, principal.id, now);
  return account && key;
}
