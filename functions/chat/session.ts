import type { LoginOptions } from '../auth/auth-payload.ts';
import { saveLogin } from '../auth/login.ts';
import { issueToken } from '../auth/token.ts';
import { close, post } from '../gateway/connections.ts';
import { enqueuePresenceOffline } from '../jobs/presence-offline-enqueue.ts';
import { count } from '../observe/metrics.ts';
import { type Connection, disconnectFrame } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { type ChatError, ERROR, type ErrorCode } from '../shared/errors.ts';
import { chatFrame, serverEvent } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { findApp } from '../store/apps.ts';
import { type PresenceChange, registerConnection, unregisterConnection } from '../store/connections.ts';
import { notifyOnline } from './presence.ts';

/** A principal who logs in, and what the login asks for. */
export interface Login {
  readonly principal: Principal;
  readonly options: LoginOptions;
}

/** A connection on which a principal is logged in. */
export interface Session {
  readonly connectionId: string;
  readonly principal: Principal;
  /** See `LoginOptions`. */
  readonly tokenUntil: number | undefined;
  /** Whom to notify that the user is online; undefined when nobody has to be. */
  readonly news: PresenceChange | undefined;
}

/**
 * Saves what the login asks for and registers the connection: from here on the principal is online and receives messages
 * on it. This happens before the client is told, because a client that knows it is logged in must not miss a message.
 * @returns undefined when the connection is registered already, or has closed
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
  const { tokenUntil } = options;
  return { connectionId, principal, tokenUntil, news: news && { ...news, friends: news.friends && friends > 0 } };
}

/** Sends `login`, in strict mode with the token that REST requests need. Then notifies others that the user is online. */
export async function confirmLogin(session: Session, now: number): Promise<void> {
  const outcome = await sendLogin(session, now).catch(async (error) => {
    await announceSession(session);
    throw error;
  });
  count(METRIC.logins);
  await (outcome === 'gone' ? endSession(session) : announceSession(session));
}

/**
 * Notifies others that the user is online. The registration has claimed that for this session, so it is due even when the
 * client cannot be told of its login: the next login finds the user announced.
 */
export async function announceSession({ connectionId, news }: Session): Promise<void> {
  if (news) await notifyOnline(news, connectionId);
}

/**
 * Removes the connection of a client that left while it was logged in. `$disconnect` may have been handled already, and
 * others may have been told that the user is offline. That must remain the last word.
 */
async function endSession(session: Session): Promise<void> {
  const removal = await unregisterConnection(session.connectionId, session.principal);
  if (removal?.announced) await announceSession(session);
  if (removal?.departure) await enqueuePresenceOffline(removal.departure);
}

async function sendLogin({ connectionId, principal, tokenUntil }: Session, now: number): Promise<'sent' | 'gone'> {
  const app = await findApp(principal.app);
  const token = app?.mode === 'strict' && (await issueToken(app, principal, now, tokenUntil));
  const login = serverEvent('login', { success: true, id: principal.id, ...(token && { token }) });
  return post(connectionId, chatFrame(login));
}

/** Failures of a login that may succeed at another time with the same credentials. */
const TEMPORARY: ReadonlySet<ErrorCode> = new Set([ERROR.database, ERROR.conflict, ERROR.memberLimit]);

/**
 * Sends a failed `login`, removes the client from the namespace, and closes the connection. Without the removal, stock
 * clients would reconnect with the same credentials forever. After a temporary failure they should, so it is left out.
 */
export async function refuseLogin(connectionId: string, { code, message }: ChatError): Promise<void> {
  count(code === ERROR.database ? METRIC.loginsFailed : METRIC.loginsRefused);
  const login = chatFrame(serverEvent('login', { success: false, error: code, message }));
  if ((await post(connectionId, login)) === 'gone') return;
  if (!TEMPORARY.has(code)) await post(connectionId, disconnectFrame(NAMESPACE));
  await close(connectionId);
}
