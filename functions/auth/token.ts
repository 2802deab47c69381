import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod/mini';
import { createSession, sessionHolder } from '../accounts/session.ts';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import { findAccount } from '../store/accounts.ts';
import type { App } from '../store/apps.ts';
import { readEarlierToken } from './earlier-token.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

/** Distinguishes session tokens from other JWTs that the same key may sign. */
const TYPE = 'macaw-session+jwt';

const Claims = z.object({ kind: PrincipalKind, sub: z.string() });

/** The signing key is the stored hash of the master key. A new master key therefore invalidates all tokens. */
const keyOf = (app: App) => new TextEncoder().encode(app.masterKeyHash);

/** Issues a JWT for a user or visitor without an account. The server does not store it. */
function signToken(app: App, { kind, id }: Principal, now: number): Promise<string> {
  return new SignJWT({ kind })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setAudience(app.id)
    .setSubject(id)
    .setExpirationTime(new Date(now + LIFETIME_MS))
    .sign(keyOf(app));
}

/** Returns the holder of a JWT; undefined when it is from another application or has expired. */
async function readToken(app: App, token: string, now: number): Promise<Principal | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(app), {
      algorithms: ['HS256'],
      typ: TYPE,
      audience: app.id,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    const { kind, sub } = Claims.parse(payload);
    return { app: app.id, kind, id: sub };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/**
 * Issues a token that authenticates a user or visitor for 30 days. For an account, the token is a session that can be
 * revoked.
 * @param now epoch ms
 */
export async function issueToken(app: App, principal: Principal, now: number): Promise<string> {
  const account = principal.kind === 'user' && (await findAccount(app.id, principal.id));
  return account ? createSession(account, now) : signToken(app, principal, now);
}

/** Returns the holder of a token; undefined when it is from another application, expired or revoked. */
export async function tokenHolder(app: App, token: string, now: number): Promise<Principal | undefined> {
  const signed = (await readToken(app, token, now)) ?? readEarlierToken(app, token, now);
  if (signed) return signed;
  const account = await sessionHolder(app.id, token, now);
  return account && { app: app.id, kind: 'user', id: account.id };
}
