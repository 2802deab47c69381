import { createHash, timingSafeEqual } from 'node:crypto';

const SIGN = /^([0-9a-f]{32}),(\d{1,16})$/;

/**
 * The SHA-256 hash of a master key. Functions verify the key without knowing it. The key is too long for a brute-force
 * search.
 */
export const hashKey = (key: string) => createHash('sha256').update(key).digest('base64url');

/** Compares two secrets in constant time. */
export function secretsEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * Verifies a MaxIM signature, `md5hex(<ms timestamp> + <clientKey>) + "," + <ms timestamp>`. Clients compute it once
 * and reuse it while they run, so the age of the timestamp is not checked.
 */
export function verifySign(sign: string, clientKey: string): boolean {
  const [, digest, timestamp] = SIGN.exec(sign.toLowerCase()) ?? [];
  if (digest === undefined || timestamp === undefined) return false;
  return secretsEqual(
    digest,
    createHash('md5')
      .update(timestamp + clientKey)
      .digest('hex'),
  );
}
