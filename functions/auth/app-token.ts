import { decodeProtectedHeader, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { JOSEError } from 'jose/errors';
import { ASYMMETRIC, CLOCK_TOLERANCE, remoteKeys } from '../accounts/oauth/keys.ts';
import { ID, ID_LENGTH, type Principal } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';

/** The one algorithm with a shared secret. */
const SHARED = 'HS256';

/**
 * Whom a token stands for that the application's own server signed: the user that its `sub` names, who may be anybody.
 * @returns undefined when it is no JWT, is not right, or the application has not set this up
 * @throws AccountError 253 when the application's keys cannot be had
 */
export async function readAppToken(
  app: App,
  token: string,
  now: number,
): Promise<{ principal: Principal; until: number; generation?: undefined } | undefined> {
  const header = headerOf(token);
  if (!header || !app.logins.jwt) return undefined;
  const { issuer, audience } = app.logins.jwt;
  try {
    const payload = await verify(app.logins.jwt, header.alg, token, {
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
      currentDate: new Date(now),
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    const { sub, exp } = payload ?? {};
    // The type of the payload says so, but nothing has checked that of `sub`.
    if (typeof sub !== 'string' || !ID.test(sub) || sub.length > ID_LENGTH || exp === undefined) return undefined;
    return { principal: { app: app.id, kind: 'user', id: sub }, until: exp * 1000 };
  } catch (error) {
    if (error instanceof JOSEError) return undefined;
    throw error;
  }
}

/**
 * Each kind of key verifies only algorithms of its own kind, whatever the header says. Otherwise, a public key could serve
 * as the secret of a forged token.
 */
async function verify(
  { secret, jwksUrl }: NonNullable<App['logins']['jwt']>,
  algorithm: string | undefined,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload | undefined> {
  if (algorithm === SHARED) {
    if (secret === undefined) return undefined;
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), { ...options, algorithms: [SHARED] });
    return payload;
  }
  if (jwksUrl === undefined || algorithm === undefined || !ASYMMETRIC.includes(algorithm)) return undefined;
  const { payload } = await jwtVerify(token, remoteKeys(jwksUrl), { ...options, algorithms: ASYMMETRIC });
  return payload;
}

/** The header of a JWT; undefined when the token is none. Nothing of it is verified. */
export function headerOf(token: string): { readonly alg?: string; readonly typ?: string } | undefined {
  if (token.split('.').length !== 3) return undefined;
  try {
    const { alg, typ } = decodeProtectedHeader(token);
    return { ...(typeof alg === 'string' && { alg }), ...(typeof typ === 'string' && { typ }) };
  } catch {
    return undefined;
  }
}
