import { close } from '../gateway/connections.ts';
import type { Principal } from '../shared/principal.ts';
import { findAccount } from '../store/accounts.ts';
import { endConnections, sessionsOf } from '../store/connection-sessions.ts';
import { connectionsOf } from '../store/devices.ts';
import { lookupNow } from '../store/dynamo.ts';
import { endListed, endSession, type ListedSession, listSessions } from '../store/sessions.ts';

/** The session of a request. */
export interface OwnSession {
  readonly principal: Principal;
  readonly hash: string;
  /** When a signed token expires, epoch ms. */
  readonly until?: number | undefined;
}

/** Ends a session, and closes the connections that belong to it. Those of other sessions stay open. */
export async function logOut({ principal, hash, until }: OwnSession, now: number): Promise<void> {
  await endSession({ principal, hash }, now, until);
  await closeConnections(principal, (sessions) => sessions.has(hash));
}

/** The same for a session of the list. */
export async function endOpenSession(principal: Principal, session: ListedSession, now: number): Promise<void> {
  await endListed(principal, session, now);
  await closeConnections(principal, (sessions) => sessions.has(session.hash));
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
 * Ends all sessions of a user or visitor, and closes their connections.
 * @param except the session that stays, with its connections
 */
export async function logOutEverywhere(principal: Principal, now: number, except?: string): Promise<void> {
  const sessions = await listSessions(principal, now);
  const others = sessions.filter(({ hash }) => hash !== except);
  await Promise.all(others.map((session) => endListed(principal, session, now)));
  await closeConnections(principal, (sessions) => except === undefined || !sessions.has(except));
}

/**
 * Closes connections after their sessions ended. A login that is in progress registers its connection, and checks its
 * session after that. So either it is found here, or it finds that its session has ended.
 */
async function closeConnections(principal: Principal, chosen: (sessions: Set<unknown>) => boolean): Promise<void> {
  const [connections] = await lookupNow([connectionsOf(principal)]);
  const sessions = await lookupNow(connections.map(sessionsOf));
  const ended = connections.filter((_, n) => chosen(sessions[n] ?? new Set()));
  if (ended.length === 0) return;
  await endConnections(principal, ended);
  await Promise.all(ended.map(close));
}
