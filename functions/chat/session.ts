import { sessionHash } from '../accounts/session-token.ts';
import type { LoginOptions } from '../auth/auth-payload.ts';
import { confirmLoginProof, saveLogin } from '../auth/login.ts';
import { issueToken } from '../auth/token.ts';
import { close, post } from '../gateway/clients.ts';
import { enqueuePresenceOffline } from '../jobs/presence-offline-enqueue.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { type Connection, disconnectFrame } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { type ChatError, ERROR, type ErrorCode } from '../shared/errors.ts';
import { chatFrame, serverEvent } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { rulesOf } from '../store/app-settings.ts';
import { findApp } from '../store/apps.ts';
import {
  type NewConnection,
  type PresenceChange,
  registerConnection,
  unregisterConnection,
} from '../store/connections.ts';
import { askBefore } from '../webhooks/before.ts';
import { replay } from './catch-up.ts';
import { makeRoom } from './make-room.ts';
import { deviceKind, keepNewest } from './newest-device.ts';
import { notifyOnline } from './presence.ts';

/** A principal and the options of their login. */
export interface Login {
  readonly principal: Principal;
  readonly options: LoginOptions;
}

/** A connection with a logged-in principal. */
export interface Session {
  readonly connectionId: string;
  readonly principal: Principal;
  /** The token for REST requests in strict mode. */
  readonly token: string | undefined;
  /** The online notification to send. Undefined when none is due. */
  readonly news: PresenceChange | undefined;
  /** The kind of the device, if only the newest of each kind stays connected. */
  readonly device: string | undefined;
  /** The last message that the client has, if it wants the later ones, and when the connection was registered. */
  readonly catchUp: { readonly since: string; readonly registered: number } | undefined;
}

/**
 * Saves the login options and registers the connection. From then on the principal is online and receives messages on
 * it. Registration precedes the login event, so that a client with a confirmed login misses no message.
 * @returns undefined when the connection is already registered or closed
 * @throws ChatError 5001, 5005, 5008 or 5010 when the login options cannot be saved, or too many devices connect at
 *   once; 5003 when the session of the login has ended
 */
export async function startSession(
  { id: connectionId, eio }: Pick<Connection, 'id' | 'eio'>,
  { principal, options }: Login,
  now: number,
): Promise<Session | undefined> {
  await askBefore(principal.app, 'login', { id: principal.id, visitor: principal.kind === 'visitor' });
  const friends = await saveLogin(principal, options, now);
  const token = options.session === undefined ? await tokenFor(principal, options, now) : undefined;
  const session = options.session ?? (token === undefined ? undefined : sessionHash(token));
  const device = await deviceKind(principal, options.install);
  const registered = await registerConnection(connectionId, principal, {
    eio,
    now,
    notifyAll: options.notifyAll ? await notifyAllRule(principal) : 'never',
    sessions: session === undefined ? [] : [session],
    device,
    makeRoom: () => makeRoom(principal),
  });
  if (registered === 'repeated') return undefined;
  const started: Session = {
    connectionId,
    principal,
    token,
    news: registered && { ...registered, friends: registered.friends && friends > 0 },
    device,
    catchUp: options.since === undefined ? undefined : { since: options.since, registered: Date.now() },
  };
  try {
    await confirmLoginProof(principal, options, now);
  } catch (error) {
    await endSession(started);
    throw error;
  }
  return started;
}

/**
 * Sends `login`, in strict mode with the token, unless the client has sent one. Then notifies others that the user is
 * online, and sends the client what it missed.
 */
export async function confirmLogin(session: Session): Promise<void> {
  const outcome = await sendLogin(session).catch(async (error) => {
    await announceSession(session);
    throw error;
  });
  count(METRIC.logins);
  if (outcome === 'gone') return endSession(session);
  const { principal, device } = session;
  await Promise.all([announceSession(session), catchUp(session), keepNewest(principal, device)]);
}

/** Sends what the client missed. After a failure it closes the connection, so that the client tries again. Never throws. */
async function catchUp({ connectionId, principal, catchUp }: Session): Promise<void> {
  if (!catchUp) return;
  try {
    const app = await findApp(principal.app);
    if (app) await replay({ connectionId, principal }, catchUp.since, { ...catchUp, limit: app.catchUpMessages });
  } catch (error) {
    logger.error('Catch-up failed', { connection_id: connectionId, error });
    await close(connectionId).catch((error) => logger.error('Close failed', { error }));
  }
}

/**
 * Notifies others that the user is online. The registration has claimed this notification for the session, and later
 * logins do not repeat it. So it must be sent even when the login event cannot be delivered.
 */
export async function announceSession({ connectionId, news }: Session): Promise<void> {
  if (news) await notifyOnline(news, connectionId);
}

/**
 * Removes the connection of a client that closed during the login, or whose session has ended. If `$disconnect` was
 * handled earlier, others may already have an offline event. Then no online event may follow it.
 */
async function endSession(session: Session): Promise<void> {
  const removal = await unregisterConnection(session.connectionId, session.principal);
  if (removal?.announced) await announceSession(session);
  if (removal?.departure) await enqueuePresenceOffline(removal.departure);
}

async function notifyAllRule({ app: id }: Principal): Promise<NewConnection['notifyAll']> {
  const app = await findApp(id);
  return app ? rulesOf(app).notifyAll : 'never';
}

/**
 * The token of a login without one. It is issued before the connection is registered, so that the end of its session
 * closes the connection.
 */
async function tokenFor(
  principal: Principal,
  { generation, install }: LoginOptions,
  now: number,
): Promise<string | undefined> {
  const app = await findApp(principal.app);
  return app?.mode === 'strict' ? issueToken(app, principal, now, { generation, install }) : undefined;
}

async function sendLogin({ connectionId, principal, token }: Session): Promise<'sent' | 'gone'> {
  const login = serverEvent('login', { success: true, id: principal.id, ...(token && { token }) });
  return post(connectionId, chatFrame(login));
}

/** Login failures that may not recur with the same credentials. */
const TEMPORARY: ReadonlySet<ErrorCode> = new Set([ERROR.database, ERROR.conflict, ERROR.memberLimit]);

/**
 * Sends a failed `login`, removes the client from the namespace, and closes the connection. Without the removal,
 * clients reconnect forever with the same credentials. After a temporary failure they should reconnect, so the removal
 * is omitted.
 */
export async function refuseLogin(connectionId: string, { code, message }: ChatError): Promise<void> {
  count(code === ERROR.database ? METRIC.loginsFailed : METRIC.loginsRefused);
  const login = chatFrame(serverEvent('login', { success: false, error: code, message }));
  if ((await post(connectionId, login)) === 'gone') return;
  if (!TEMPORARY.has(code)) await post(connectionId, disconnectFrame(NAMESPACE));
  await close(connectionId);
}
