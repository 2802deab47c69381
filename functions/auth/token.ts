import { createSession, LIFETIME_MS, sessionHolder } from '../accounts/session.ts';
import { sessionHash } from '../accounts/session-token.ts';
import type { Principal } from '../shared/principal.ts';
import type { App } from '../store/apps.ts';
import { readSession, saveSession } from '../store/sessions.ts';
import { checkStanding } from '../store/standing.ts';
import { headerOf, readAppToken } from './app-token.ts';
import { readSignedToken, signToken, TOKEN_TYPE } from './signed-token.ts';

/** The holder of a token. */
export interface Bearer {
  readonly principal: Principal;
  /** The hash by which the session of the token is known. */
  readonly hash: string;
  /** When a signed token expires, epoch ms; undefined for the token of an account, whose session knows it. */
  readonly until?: number | undefined;
}

/**
 * Issues a token that authenticates a user or visitor. It can be listed and revoked as a session.
 * @param now epoch ms
 * @param generation of the account, if the user has one
 * @param until when it ends, epoch ms; an account gets a signed token instead of a random one only with this
 * @default until 30 days from now
 */
export async function issueToken(
  app: App,
  principal: Principal,
  now: number,
  {
    generation,
    until,
    install,
  }: { generation?: number | undefined; until?: number; install?: string | undefined } = {},
): Promise<string> {
  if (generation !== undefined && until === undefined) return createSession({ ...principal, generation }, now, install);
  const expires = until ?? now + LIFETIME_MS;
  const token = await signToken(app, { principal, until: expires, generation });
  const session = { signed: true, created: now, until: expires, generation, install };
  await saveSession({ principal, hash: sessionHash(token) }, session);
  return token;
}

/**
 * Returns the holder of a token; undefined when it is from another application, expired or revoked, or when it is that of
 * a visitor and the application has none.
 * @throws AccountError 253 when it is the application's own, and the keys for it cannot be had; Forbidden 5003 when the
 *   user is banned or being deleted
 */
export async function readBearer(app: App, token: string, now: number): Promise<Bearer | undefined> {
  const bearer = (await readSigned(app, token, now)) ?? (await sessionHolder(app.id, token, now));
  return bearer?.principal.kind === 'visitor' && !app.visitors ? undefined : bearer;
}

async function readSigned(app: App, token: string, now: number): Promise<Bearer | undefined> {
  const signed =
    (await readSignedToken(app, token, now)) ??
    (headerOf(token)?.typ === TOKEN_TYPE ? undefined : await readAppToken(app, token, now));
  if (!signed) return undefined;
  const { principal, until, generation } = signed;
  const hash = sessionHash(token);
  const { session, account, standing } = await readSession({ principal, hash }, generation !== undefined);
  if (session?.ended !== undefined || account?.generation !== generation) return undefined;
  checkStanding(standing, principal.id, now);
  return { principal, hash, until };
}
