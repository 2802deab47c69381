import { close } from '../gateway/clients.ts';
import { EXPIRES } from '../shared/constants.ts';
import type { Principal } from '../shared/principal.ts';
import { findAccount } from '../store/accounts.ts';
import { endConnections, sessionsOf } from '../store/connection-sessions.ts';
import { connectionsOf } from '../store/devices.ts';
import { lookup } from '../store/dynamo.ts';
import { unbindInstallation } from '../store/installations.ts';
import { endSession, type ListedSession, listSessions } from '../store/sessions.ts';

/** The session of a request. */
export interface OwnSession {
  readonly principal: Principal;
  readonly hash: string;
  /** When a signed token expires, epoch ms. */
  readonly until?: number | undefined;
}

/** Ends a session, its connections and its pushes. Others of the user stay. */
export async function logOut({ principal, hash, until }: OwnSession, now: number): Promise<void> {
  const listed = await endListed(principal, (session) => session.hash === hash, now);
  // A token of the application's server is not listed before its first login on the socket.
  if (listed === 0) await endSession({ principal, hash }, now, until);
  await closeConnections(principal, (sessions) => sessions.has(hash));
}

/** The sessions of a user or visitor that have not ended, the latest first. */
export async function openSessions(principal: Principal, now: number): Promise<ListedSession[]> {
  const [sessions, account] = await Promise.all([
    listSessions(principal, now),
    principal.kind === 'user' ? findAccount(principal.app, principal.id) : undefined,
  ]);
  return sessions.filter(({ generation }) => generation === undefined || generation === account?.generation);
}

/**
 * Ends all sessions of a user or visitor, their connections and their pushes.
 * @param except the session that stays, with its connections
 */
export async function logOutEverywhere(principal: Principal, now: number, except?: string): Promise<void> {
  await endListed(principal, ({ hash }) => hash !== except, now);
  await closeConnections(principal, (sessions) => except === undefined || !sessions.has(except));
}

/** Ends all sessions of a user or visitor and their pushes. Their connections stay. */
export async function endSessions(principal: Principal, now: number): Promise<void> {
  await endListed(principal, () => true, now);
}

/** Ends the chosen sessions, and pushes to the installations that no other session uses. @returns their number */
async function endListed(
  principal: Principal,
  chosen: (session: ListedSession) => boolean,
  now: number,
): Promise<number> {
  const sessions = await listSessions(principal, now);
  const ended = sessions.filter(chosen);
  await Promise.all(
    ended.map(({ hash, signed, [EXPIRES]: expires }) =>
      endSession({ principal, hash }, now, signed ? expires * 1000 : undefined),
    ),
  );
  const kept = new Set(sessions.filter((session) => !chosen(session)).map(({ install }) => install));
  const installs = new Set(ended.map(({ install }) => install).filter((install) => !kept.has(install)));
  for (const install of installs) if (install !== undefined) await unbindInstallation(principal, install);
  return ended.length;
}

/**
 * Closes connections after their sessions ended. A login that is in progress registers its connection, and checks its
 * session after that. So either it is found here, or it finds that its session has ended.
 */
async function closeConnections(principal: Principal, chosen: (sessions: Set<unknown>) => boolean): Promise<void> {
  const [connections] = await lookup([connectionsOf(principal)], { consistent: true });
  const sessions = await lookup(connections.map(sessionsOf), { consistent: true });
  const ended = connections.filter((_, n) => chosen(sessions[n] ?? new Set()));
  if (ended.length === 0) return;
  await endConnections(principal, ended);
  await Promise.all(ended.map(close));
}
