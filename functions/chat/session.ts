import { close, post } from '../gateway/connections.ts';
import { disconnectFrame, type Eio, eventFrame, pingDueAt } from '../protocol/index.ts';
import { findApp } from '../store/apps.ts';
import { register, unregister } from '../store/connections.ts';
import { HEARTBEAT } from './heartbeat-times.ts';
import type { Principal } from './principal.ts';
import { issueToken } from './token.ts';
import { NAMESPACE } from './wire.ts';

/**
 * Registers a connection that answers posts: from here on its principal is online and messages reach it.
 * This comes before `login` is said, because whoever has seen `login` must not miss a message any more.
 */
export async function beginSession(connectionId: string, eio: Eio, principal: Principal, now: number): Promise<void> {
  await register(connectionId, principal, now, pingDueAt(eio, { heardAt: now }, HEARTBEAT));
}

/** Says that the login succeeded; in strict mode with the token that REST requests need. */
export async function welcome(connectionId: string, principal: Principal, now: number): Promise<void> {
  const app = await findApp(principal.app);
  const token = app?.mode === 'strict' && (await issueToken(app, principal, now));
  const login = eventFrame(NAMESPACE, 'login', [{ success: true, id: principal.id, ...(token && { token }) }]);
  if ((await post(connectionId, login)) === 'gone') await unregister(connectionId, principal);
}

/**
 * Says that the login failed, and why, then closes the connection, as MaxIM's clients expect. Before that it puts the
 * client out of the chat: by a close alone, stock clients would come back with the same credentials for ever.
 */
export async function refuse(connectionId: string, error: { code: number; message: string }): Promise<void> {
  const login = eventFrame(NAMESPACE, 'login', [{ success: false, error: error.code, message: error.message }]);
  if ((await post(connectionId, login)) === 'gone') return;
  await post(connectionId, disconnectFrame(NAMESPACE));
  await close(connectionId);
}
