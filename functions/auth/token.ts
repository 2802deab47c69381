import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod/mini';
import { createSession, sessionHolder } from '../accounts/session.ts';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import { findAccount } from '../store/accounts.ts';
import type { App } from '../store/apps.ts';
import { headerOf, readAppToken } from './app-token.ts';
import { readEarlierToken } from './earlier-token.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

/** Distinguishes session tokens from other JWTs that the same key may sign. */
const TYPE = 'macaw-session+jwt';

const Claims = z.object({
  kind: PrincipalKind,
  sub: z.string(),
  exp: z.number(),
  /** Whether a login by this token must not be answered with one that is valid for longer. */
  fixed: z.optional(z.boolean()),
  /** Of the account, if the user has one: a new generation of its sessions ends this token, too. */
  generation: z.optional(z.number()),
});

/** The signing key is the stored hash of the master key. A new master key therefore invalidates all tokens. */
const keyOf = (app: App) => new TextEncoder().encode(app.masterKeyHash);

/** A token that nothing is stored of: a JWT. @param until epoch ms */
function signToken(app: App, { kind, id }: Principal, until: number, claims: object = {}): Promise<string> {
  return new SignJWT({ kind, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setAudience(app.id)
    .setSubject(id)
    .setExpirationTime(new Date(until))
    .sign(keyOf(app));
}

/** The holder of a token. */
export interface Bearer {
  readonly principal: Principal;
  /** No token that is issued because of this one is valid for longer, epoch ms; undefined: a login renews it. */
  readonly tokenUntil?: number | undefined;
}

/** Returns the holder of a JWT; undefined when it is from another application or has expired. */
async function readToken(app: App, token: string, now: number): Promise<Bearer | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(app), {
      algorithms: ['HS256'],
      typ: TYPE,
      audience: app.id,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    const { kind, sub, exp, fixed, generation } = Claims.parse(payload);
    if (generation !== undefined && (await findAccount(app.id, sub))?.generation !== generation) return undefined;
    return { principal: { app: app.id, kind, id: sub }, ...(fixed && { tokenUntil: exp * 1000 }) };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/**
 * Issues a token that authenticates a user or visitor for 30 days. For an account, the token is a session that can be
 * revoked.
 * @param now epoch ms
 * @param until when it ends, and all that are issued because of it, epoch ms; at most 30 days from now
 */
export async function issueToken(app: App, principal: Principal, now: number, until?: number): Promise<string> {
  const account = principal.kind === 'user' && (await findAccount(app.id, principal.id));
  if (until !== undefined) {
    const { generation } = account || {};
    return signToken(app, principal, Math.min(until, now + LIFETIME_MS), { fixed: true, generation });
  }
  return account ? createSession(account, now) : signToken(app, principal, now + LIFETIME_MS);
}

/**
 * Returns the holder of a token; undefined when it is from another application, expired or revoked.
 * @throws AccountError 253 when it is the application's own, and the keys for it cannot be had
 */
export async function readBearer(app: App, token: string, now: number): Promise<Bearer | undefined> {
  const signed = await readToken(app, token, now);
  if (signed) return signed;
  const earlier = readEarlierToken(app, token, now);
  if (earlier) return { principal: earlier };
  if (headerOf(token)?.typ !== TYPE) {
    const own = await readAppToken(app, token, now);
    if (own) return own;
  }
  const account = await sessionHolder(app.id, token, now);
  return account && { principal: { app: app.id, kind: 'user', id: account.id } };
}

/** Whom a token stands for, and nothing else of it; see {@link readBearer}. */
export async function tokenHolder(app: App, token: string, now: number): Promise<Principal | undefined> {
  return (await readBearer(app, token, now))?.principal;
}
