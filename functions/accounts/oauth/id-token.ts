import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import type { OpenId } from '../../store/login-settings.ts';
import { fetchProvider, fetchProviderJson, ProviderFailed } from './outgoing.ts';

/** None that needs a shared secret: with those, whoever can check a token can make one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** How far the clocks of an issuer and of Lambda may be apart, in seconds. */
const CLOCK_TOLERANCE = 30;

/** How long a function instance remembers where an issuer has its keys. */
const TRUST_MS = 60 * 60_000;

type Keys = ReturnType<typeof createRemoteJWKSet>;
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
  const keys = createRemoteJWKSet(new URL(url), { [customFetch]: fetchKeys });
  known.set(issuer, { keys, until: Date.now() + TRUST_MS });
  return keys;
}

async function fetchKeys(url: string): Promise<Response> {
  const response = await fetchProvider(url, { headers: { accept: 'application/json' } });
  if (response.status !== 200) throw new ProviderFailed(`it answered ${response.status} in place of its keys`);
  return response;
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
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: CLOCK_TOLERANCE,
    });
    // The type of `payload.sub` says text, but nothing has checked that.
    const { data: subject } = z.safeParse(z.string(), payload.sub);
    return nonce === undefined || payload.nonce === nonce ? subject?.toWellFormed() : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
