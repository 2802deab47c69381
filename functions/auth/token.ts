import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import { createSession, sessionHolder } from '../accounts/session.ts';
import { type Principal, PrincipalKind } from '../shared/principal.ts';
import { secretsEqual } from '../shared/sign.ts';
import { findAccount } from '../store/accounts.ts';
import type { App } from '../store/apps.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

const Claims = z.object({ kind: PrincipalKind, id: z.string(), until: z.number() });

/** Nobody outside can make one: it is signed with a hash of the master key, and ends with that. */
function seal(app: App, claims: string): string {
  return createHmac('sha256', app.masterKeyHash).update(`session ${app.id} ${claims}`).digest('base64url');
}

/** A token for whoever has no account: `<claims>.<signature>`, both base64url. Nothing is stored of it. */
function sealedToken(app: App, { kind, id }: Principal, now: number): string {
  const claims = Buffer.from(JSON.stringify({ kind, id, until: now + LIFETIME_MS })).toString('base64url');
  return `${claims}.${seal(app, claims)}`;
}

/** Whom such a token stands for; undefined when it is none of this application's, or has expired. */
function readToken(app: App, token: string, now: number): Principal | undefined {
  const [claims = '', signature = ''] = token.split('.');
  if (!secretsEqual(signature, seal(app, claims))) return undefined;
  const { kind, id, until } = Claims.parse(JSON.parse(Buffer.from(claims, 'base64url').toString()));
  return until > now ? { app: app.id, kind, id } : undefined;
}

/**
 * A token by which its holder may act as that user or visitor, for 30 days. That of an account is a session of it, and
 * can be revoked.
 * @param now epoch ms
 */
export async function issueToken(app: App, principal: Principal, now: number): Promise<string> {
  const account = principal.kind === 'user' && (await findAccount(app.id, principal.id));
  return account ? createSession(account, now) : sealedToken(app, principal, now);
}

/** Whom a token stands for; undefined when it is none of this application's, or not any more. */
export async function tokenHolder(app: App, token: string, now: number): Promise<Principal | undefined> {
  const sealed = readToken(app, token, now);
  if (sealed) return sealed;
  const account = await sessionHolder(app.id, token, now);
  return account && { app: app.id, kind: 'user', id: account.id };
}
