import { errors, jwtVerify, SignJWT } from 'jose';
import * as z from 'zod/mini';
import { createSession, LIFETIME_MS, sessionHolder } from '../accounts/session.ts';
import { sessionHash } from '../accounts/session-token.ts';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';
import { readSession, saveSession } from '../store/sessions.ts';
import { headerOf, readAppToken } from './app-token.ts';
import { readEarlierToken } from './earlier-token.ts';

/** Distinguishes session tokens from other JWTs that the same key may sign. */
const TYPE = 'macaw-session+jwt';

const Claims = z.object({
  kind: PrincipalKind,
  sub: z.string(),
  exp: z.number(),
  /** Of the account, if the user has one: a new generation of its sessions ends this token, too. */
  generation: z.optional(z.number()),
});

/** The signing key is the stored hash of the master key. A new master key therefore invalidates all tokens. */
const keyOf = (app: App) => new TextEncoder().encode(app.masterKeyHash);

/** The holder of a token. */
export interface Bearer {
  readonly principal: Principal;
  /** The hash by which the session of the token is known. */
  readonly hash: string;
  /** When a signed token expires, epoch ms; undefined for the token of an account, whose session knows it. */
  readonly until?: number | undefined;
}

/** What a signed token says. */
interface Signed {
  readonly principal: Principal;
  readonly until: number;
  readonly generation?: number | undefined;
}

/** Reads a JWT of the server; undefined when it is from another application or has expired. */
async function readToken(app: App, token: string, now: number): Promise<Signed | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(app), {
      algorithms: ['HS256'],
      typ: TYPE,
      audience: app.id,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    const { kind, sub, exp, generation } = Claims.parse(payload);
    return { principal: { app: app.id, kind, id: sub }, until: exp * 1000, generation };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/**
 * Issues a token that authenticates a user or visitor. It can be listed and revoked as a session.
 * @param now epoch ms
 * @param generation of the account, if the user has one
 * @param until when it ends, epoch ms; an account gets a signed token instead of a random one only with this
 * @default until 30 days from now
 */
export async function issueToken(
  app: App,
  principal: Principal,
  now: number,
  {
    generation,
    until,
    install,
  }: { generation?: number | undefined; until?: number; install?: string | undefined } = {},
): Promise<string> {
  if (generation !== undefined && until === undefined) return createSession({ ...principal, generation }, now, install);
  const expires = until ?? now + LIFETIME_MS;
  const token = await new SignJWT({ kind: principal.kind, ...(generation !== undefined && { generation }) })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE })
    .setAudience(app.id)
    .setSubject(principal.id)
    .setExpirationTime(new Date(expires))
    // Makes each token differ, so that each has a session.
    .setJti(crypto.randomUUID())
    .sign(keyOf(app));
  const session = { signed: true, created: now, until: expires, generation, install };
  await saveSession({ principal, hash: sessionHash(token) }, session);
  return token;
}

/**
 * Returns the holder of a token; undefined when it is from another application, expired or revoked, or when it is that of
 * a visitor and the application has none.
 * @throws AccountError 253 when it is the application's own, and the keys for it cannot be had
 */
export async function readBearer(app: App, token: string, now: number): Promise<Bearer | undefined> {
  const bearer = (await readSigned(app, token, now)) ?? (await sessionHolder(app.id, token, now));
  return bearer?.principal.kind === 'visitor' && !app.visitors ? undefined : bearer;
}

async function readSigned(app: App, token: string, now: number): Promise<Bearer | undefined> {
  const signed =
    (await readToken(app, token, now)) ??
    readEarlierToken(app, token, now) ??
    (headerOf(token)?.typ === TYPE ? undefined : await readAppToken(app, token, now));
  if (!signed) return undefined;
  const { principal, until, generation } = signed;
  const hash = sessionHash(token);
  const { session, account } = await readSession({ principal, hash }, generation !== undefined);
  if (session?.ended !== undefined || account?.generation !== generation) return undefined;
  return { principal, hash, until };
}
