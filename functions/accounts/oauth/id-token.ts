import { errors, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import type { OpenId } from '../../store/login-settings.ts';
import { ASYMMETRIC, CLOCK_TOLERANCE, type Keys, keysAt } from './keys.ts';
import { fetchProviderJson, ProviderFailed } from './outgoing.ts';

/** How long a function instance remembers where an issuer has its keys. */
const TRUST_MS = 60 * 60_000;

const known = new Map<string, { keys: Keys; until: number }>();

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });

/**
 * The keys of an issuer, found as OpenID Connect has it, and cached.
 * Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
async function keysOf(issuer: string): Promise<Keys> {
  const cached = known.get(issuer);
  if (cached && cached.until > Date.now()) return cached.keys;
  const { data } = Discovery.safeParse(
    await fetchProviderJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  if (data?.issuer !== issuer) throw new ProviderFailed('its configuration is for another issuer');
  const url = data.jwks_uri;
  // Plain http only where the issuer itself was configured so.
  if (!URL.canParse(url) || !(url.startsWith('https://') || new URL(url).origin === new URL(issuer).origin)) {
    throw new ProviderFailed('its keys are not at an https address');
  }
  const keys = keysAt(url);
  known.set(issuer, { keys, until: Date.now() + TRUST_MS });
  return keys;
}

/**
 * Whom an ID token is about, if that issuer signed it for this application and it has not expired.
 * @param nonce what the client asked for the token with, if it did
 * @returns undefined when the token is not right
 * @throws ProviderFailed when the issuer's keys cannot be had
 */
export async function subjectOf(
  { issuer, clientIds }: OpenId,
  token: string,
  nonce: string | undefined,
): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(token, await keysOf(issuer), {
      // Google's tokens name it without the scheme, too.
      issuer: [issuer, ...(issuer === 'https://accounts.google.com' ? ['accounts.google.com'] : [])],
      audience: clientIds,
      algorithms: ASYMMETRIC,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    // The type of `payload.sub` says text, but nothing has checked that.
    const { data: subject } = z.safeParse(z.string(), payload.sub);
    return nonce === undefined || payload.nonce === nonce ? subject : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
