import type { Credentials } from '../auth/auth-payload.ts';
import type { Eio } from '../protocol/index.ts';
import { isUser, type Principal } from '../shared/principal.ts';
import { findApp } from '../store/apps.ts';

/**
 * Whether the client of a connection is taken for one that could recover, by its URL: it says so or not by `recovery`; else
 * every one of Engine.IO 4 is, but those that put a time into their URL. These are Python's, whose handlers fail when
 * an event has one argument more than they expect.
 */
export function couldRecover(eio: Eio, query: Record<string, string>): boolean {
  return eio === 4 && (query.recovery === undefined ? query.t === undefined : query.recovery === 'true');
}

/** Whether a client recovers what it missed: visitors do not, and the application may not want it. */
export async function recovers(principal: Principal, { recovery }: Credentials, could: boolean): Promise<boolean> {
  if (!isUser(principal) || !(recovery ?? could)) return false;
  return (await findApp(principal.app))?.recovery ?? false;
}
