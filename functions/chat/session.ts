import { close, post } from '../gateway/connections.ts';
import { type Eio, eventFrame } from '../protocol/index.ts';
import { register, unregister } from '../store/connections.ts';
import { PING_INTERVAL_MS } from './heartbeat-times.ts';
import type { Principal } from './principal.ts';
import { NAMESPACE } from './wire.ts';

/**
 * Registers a connection that answers posts: from here on its principal is online and messages reach it.
 * This comes before `login` is said, because whoever has seen `login` must not miss a message any more.
 */
export async function beginSession(connectionId: string, eio: Eio, principal: Principal, now: number): Promise<void> {
  await register(connectionId, principal, now, eio === 4 ? now + PING_INTERVAL_MS : undefined);
}

/** Says that the login succeeded. */
export async function welcome(connectionId: string, principal: Principal): Promise<void> {
  const login = eventFrame(NAMESPACE, 'login', [{ success: true, id: principal.id }]);
  if ((await post(connectionId, login)) === 'gone') await unregister(connectionId, principal);
}

/** Says that the login failed, and why, then closes the connection, as MaxIM's clients expect. */
export async function refuse(connectionId: string, error: { code: number; message: string }): Promise<void> {
  const login = eventFrame(NAMESPACE, 'login', [{ success: false, error: error.code, message: error.message }]);
  if ((await post(connectionId, login)) === 'sent') await close(connectionId);
}
