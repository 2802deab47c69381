import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ENV } from '../shared/constants.ts';

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/**
 * 32 MB and three passes, the minimum of OWASP. Each stored hash contains its cost, so the cost can be raised. No
 * template sets the variable. Tests set it, because a hash takes half a second.
 */
const cost = () => ({ N: Number(process.env[ENV.passwordCost] ?? 2 ** 15), r: 8, p: 3 });
const HASH_BYTES = 32;
const SALT_BYTES = 16;

const STORED = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

/**
 * Hashes a password for `passwordMatches`. The format is `scrypt$<N>$<r>$<p>$<salt>$<hash>`, with salt and hash in
 * base64url.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const { N, r, p } = cost();
  const hash = await scryptOf(password, salt, HASH_BYTES, { N, r, p });
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether a password matches a stored hash. Without a stored hash, the result is false after the same time. */
export async function passwordMatches(password: string, stored: string | undefined): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = STORED.exec(stored ?? '') ?? [];
  if (N === undefined) {
    await scryptOf(password, Buffer.alloc(SALT_BYTES), HASH_BYTES, cost());
    return false;
  }
  const expected = Buffer.from(hash, 'base64url');
  const stated = { N: Number(N), r: Number(r), p: Number(p) };
  return timingSafeEqual(await scryptOf(password, Buffer.from(salt, 'base64url'), expected.length, stated), expected);
}

function scryptOf(
  password: string,
  salt: Buffer,
  bytes: number,
  { N, r, p }: ReturnType<typeof cost>,
): Promise<Buffer> {
  // scrypt uses 128 * N * r bytes. A limit of twice that leaves room for its overhead.
  return derive(password, salt, bytes, { N, r, p, maxmem: 2 * 128 * N * r });
}
