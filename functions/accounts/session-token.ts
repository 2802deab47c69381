import { createHash } from 'node:crypto';

/** `r:`, by which Parse's clients know session tokens, the account, and 256 random bits. */
const TOKEN = /^r:([0-9a-f]{24})([\w-]{43})$/;

/** The account of a session token, and the hash by which its session is known; undefined when it is no such token. */
export function parseSessionToken(token: string): { readonly account: string; readonly hash: string } | undefined {
  const [, account, secret] = TOKEN.exec(token) ?? [];
  return account && secret ? { account, hash: hashOf(secret) } : undefined;
}

/** The hash by which the session of any token is known. */
export const sessionHash = (token: string) => parseSessionToken(token)?.hash ?? hashOf(token);

/** The secret is random, and as long as the hash: nothing slower is needed to keep it. */
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
