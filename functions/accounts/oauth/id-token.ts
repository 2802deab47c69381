import { jwtVerify } from 'jose';
import { JOSEError } from 'jose/errors';
import * as z from 'zod/mini';
import type { OpenId } from '../../store/login-settings.ts';
import { ASYMMETRIC, CLOCK_TOLERANCE, type Keys, keysAt } from './keys.ts';
import { fetchProviderJson, ProviderFailed } from './outgoing.ts';

/** How long a function instance caches the key location of an issuer. */
const TRUST_MS = 60 * 60_000;

const known = new Map<string, { keys: Keys; until: number }>();

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });

/**
 * Returns the keys of an issuer from OpenID Connect discovery, or from the cache.
 * Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
async function keysOf(issuer: string): Promise<Keys> {
  const cached = known.get(issuer);
  if (cached && cached.until > Date.now()) return cached.keys;
  const { data } = Discovery.safeParse(
    await fetchProviderJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  if (data?.issuer !== issuer) throw new ProviderFailed('Discovery document of another issuer');
  const url = data.jwks_uri;
  // Plain HTTP is allowed only on the origin of the configured issuer.
  if (!URL.canParse(url) || !(url.startsWith('https://') || new URL(url).origin === new URL(issuer).origin)) {
    throw new ProviderFailed('jwks_uri without HTTPS');
  }
  const keys = keysAt(url);
  known.set(issuer, { keys, until: Date.now() + TRUST_MS });
  return keys;
}

/**
 * Returns the subject of an ID token that this issuer signed for this application and that has not expired.
 * @param nonce the nonce with which the client requested the token, if any
 * @returns undefined for an invalid token
 * @throws ProviderFailed when the keys of the issuer are not available
 */
export async function subjectOf(
  { issuer, clientIds }: OpenId,
  token: string,
  nonce: string | undefined,
): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(token, await keysOf(issuer), {
      // Google also issues tokens that name the issuer without the scheme.
      issuer: [issuer, ...(issuer === 'https://accounts.google.com' ? ['accounts.google.com'] : [])],
      audience: clientIds,
      algorithms: ASYMMETRIC,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    // jose types `payload.sub` as a string but does not check it.
    const { data: subject } = z.safeParse(z.string(), payload.sub);
    return nonce === undefined || payload.nonce === nonce ? subject?.toWellFormed() : undefined;
  } catch (error) {
    if (error instanceof JOSEError) return undefined;
    throw error;
  }
}
