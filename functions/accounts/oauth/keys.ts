import { createRemoteJWKSet, customFetch } from 'jose';
import { fetchProvider, ProviderFailed } from './outgoing.ts';

/** None that needs a shared secret: with those, whoever can check a token can make one. */
export const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** How far the clocks of an issuer and of Lambda may be apart, in seconds. */
export const CLOCK_TOLERANCE = 30;

export type Keys = ReturnType<typeof createRemoteJWKSet>;

/** Keys at an address, which are fetched when they are needed, and remembered for some minutes. */
export const keysAt = (url: string): Keys => createRemoteJWKSet(new URL(url), { [customFetch]: fetchKeys });

/** How many addresses a function instance remembers keys of. */
const MAX_KNOWN = 100;

const known = new Map<string, Keys>();

/** The keys at an address; the same object each time, so that they are not fetched for every token. */
export function remoteKeys(url: string): Keys {
  const found = known.get(url) ?? keysAt(url);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(url, found);
  return found;
}

async function fetchKeys(url: string): Promise<Response> {
  const response = await fetchProvider(url, { headers: { accept: 'application/json' } });
  if (response.status !== 200) throw new ProviderFailed(`it answered ${response.status} in place of its keys`);
  return response;
}
