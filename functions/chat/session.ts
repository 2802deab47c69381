import type { LoginOptions } from '../auth/auth-payload.ts';
import { saveLogin } from '../auth/login.ts';
import { issueToken } from '../auth/token.ts';
import { close, post } from '../gateway/connections.ts';
import { count } from '../observe/metrics.ts';
import { type Connection, disconnectFrame } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { type ChatError, ERROR } from '../shared/errors.ts';
import { chatFrame, serverEvent } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { findApp } from '../store/apps.ts';
import { type PresenceChange, registerConnection } from '../store/connections.ts';
import { notifyOnline } from './presence.ts';
import { removeConnection } from './remove-connection.ts';

/** A principal who logs in, and what the login asks for. */
export interface Login {
  readonly principal: Principal;
  readonly options: LoginOptions;
}

/** A connection on which a principal is logged in. */
export interface Session {
  readonly connectionId: string;
  readonly principal: Principal;
  /** Whom to notify that the user is online; undefined when nobody has to be. */
  readonly news: PresenceChange | undefined;
}

/**
 * Saves what the login asks for and registers the connection: from here on the principal is online and receives messages
 * on it. This happens before the client is told, because a client that knows it is logged in must not miss a message.
 * @returns undefined when the connection is registered already
 * @throws ChatError 5001, 5005, 5008 or 5010 when the login options cannot be saved or the device limit is reached
 */
export async function startSession(
  { id: connectionId, eio }: Pick<Connection, 'id' | 'eio'>,
  { principal, options }: Login,
  now: number,
): Promise<Session | undefined> {
  const friends = await saveLogin(principal, options, now);
  const news = await registerConnection(connectionId, principal, { eio, now, notifyAll: options.notifyAll ?? false });
  if (news === 'repeated') return undefined;
  return { connectionId, principal, news: news && { ...news, friends: news.friends && friends > 0 } };
}

/** Sends `login`, in strict mode with the token that REST requests need. Then notifies others that the user is online. */
export async function confirmLogin({ connectionId, principal, news }: Session, now: number): Promise<void> {
  // A user who has left in the meantime is announced as well: the departure is announced later.
  const outcome = await sendLogin(connectionId, principal, now).finally(() => news && notifyOnline(news, connectionId));
  count(METRIC.logins);
  if (outcome === 'gone') await removeConnection(connectionId, principal);
}

async function sendLogin(connectionId: string, principal: Principal, now: number): Promise<'sent' | 'gone'> {
  const app = await findApp(principal.app);
  const token = app?.mode === 'strict' && (await issueToken(app, principal, now));
  const login = serverEvent('login', { success: true, id: principal.id, ...(token && { token }) });
  return post(connectionId, chatFrame(login));
}

/**
 * Sends a failed `login`, removes the client from the namespace, and closes the connection. Without the removal, stock
 * clients would reconnect with the same credentials forever.
 */
export async function refuseLogin(connectionId: string, { code, message }: ChatError): Promise<void> {
  count(code === ERROR.database ? METRIC.loginsFailed : METRIC.loginsRefused);
  const login = chatFrame(serverEvent('login', { success: false, error: code, message }));
  if ((await post(connectionId, login)) === 'gone') return;
  await post(connectionId, disconnectFrame(NAMESPACE));
  await close(connectionId);
}
