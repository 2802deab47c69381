import { jwtVerify, SignJWT } from 'jose';
import { JOSEError } from 'jose/errors';
import * as z from 'zod/mini';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';
import { readEarlierToken } from './earlier-token.ts';

/** Distinguishes session tokens from other JWTs that the same key may sign. */
export const TOKEN_TYPE = 'macaw-session+jwt';

const Claims = z.object({
  kind: PrincipalKind,
  sub: z.string(),
  exp: z.number(),
  /** Of the account, if the user has one: a new generation of its sessions ends this token, too. */
  generation: z.optional(z.number()),
});

/** The content of a signed token. */
export interface SignedToken {
  readonly principal: Principal;
  /** End of its validity, epoch ms. */
  readonly until: number;
  readonly generation?: number | undefined;
}

/** The signing key is the stored hash of the master key. A new master key therefore invalidates all tokens. */
const keyOf = (app: App) => new TextEncoder().encode(app.masterKeyHash);

/** Signs a token of the server, a JWT. */
export function signToken(app: App, { principal, until, generation }: SignedToken): Promise<string> {
  return (
    new SignJWT({ kind: principal.kind, ...(generation !== undefined && { generation }) })
      .setProtectedHeader({ alg: 'HS256', typ: TOKEN_TYPE })
      .setAudience(app.id)
      .setSubject(principal.id)
      .setExpirationTime(new Date(until))
      // Makes each token differ, so that each has a session.
      .setJti(crypto.randomUUID())
      .sign(keyOf(app))
  );
}

/** Reads a signed token of the server. Undefined when it is invalid, expired or of another application. */
export async function readSignedToken(app: App, token: string, now: number): Promise<SignedToken | undefined> {
  return (await readJwt(app, token, now)) ?? readEarlierToken(app, token, now);
}

async function readJwt(app: App, token: string, now: number): Promise<SignedToken | undefined> {
  try {
    const { payload } = await jwtVerify(token, keyOf(app), {
      algorithms: ['HS256'],
      typ: TOKEN_TYPE,
      audience: app.id,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    const { kind, sub, exp, generation } = Claims.parse(payload);
    return { principal: { app: app.id, kind, id: sub }, until: exp * 1000, generation };
  } catch (error) {
    if (error instanceof JOSEError) return undefined;
    throw error;
  }
}
