import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import type { App } from '../store/apps.ts';
import type { Principal } from './principal.ts';
import { secretsEqual } from './sign.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

const Claims = z.object({ kind: z.enum(['user', 'passenger']), id: z.string(), until: z.number() });

/** Nobody outside can make one: it is signed with a key that follows from the master key, and ends with that. */
function seal(app: App, claims: string): string {
  return createHmac('sha256', app.masterKey).update(`session ${app.id} ${claims}`).digest('base64url');
}

/**
 * A token by which its holder may act as that user or visitor, for 30 days: `<claims>.<signature>`, both base64url.
 * @param now epoch ms
 */
export function issueToken(app: App, { kind, id }: Principal, now: number): string {
  const claims = Buffer.from(JSON.stringify({ kind, id, until: now + LIFETIME_MS })).toString('base64url');
  return `${claims}.${seal(app, claims)}`;
}

/** Whom a token stands for; undefined when it is none of this application's, or has expired. */
export function readToken(app: App, token: string, now: number): Principal | undefined {
  const [claims = '', signature = ''] = token.split('.');
  if (!secretsEqual(signature, seal(app, claims))) return undefined;
  const { kind, id, until } = Claims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
  return until > now ? { app: app.id, kind, id } : undefined;
}
