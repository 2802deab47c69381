import { createHash, timingSafeEqual } from 'node:crypto';

const SIGN = /^([0-9a-f]{32}),(\d{1,16})$/;

/** What stands for a master key where it has to be recognised, and not known: its SHA-256. It is too long to be guessed. */
export const hashKey = (key: string) => createHash('sha256').update(key).digest('base64url');

/** Compares two secrets in time that depends on neither. */
export function secretsEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/**
 * Checks a MaxIM signature, `md5hex(<ms timestamp> + <clientKey>) + "," + <ms timestamp>`.
 * Clients compute it once and use it for as long as they run, so its age proves nothing and is not looked at.
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
