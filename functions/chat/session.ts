import { METRIC } from '../constants.ts';
import { close, post } from '../gateway/connections.ts';
import { count } from '../observe/metrics.ts';
import { disconnectFrame, type Eio, eventFrame, pingDueAt } from '../protocol/index.ts';
import { findApp } from '../store/apps.ts';
import { type News, register } from '../store/connections.ts';
import type { Visit } from './credentials.ts';
import { ERROR } from './errors.ts';
import { forget } from './forget.ts';
import { HEARTBEAT } from './heartbeat-times.ts';
import { enter } from './login.ts';
import { announceOnline } from './presence.ts';
import type { Principal } from './principal.ts';
import { issueToken } from './token.ts';
import { NAMESPACE } from './wire.ts';

/** A connection on which somebody is logged in. */
export interface Session {
  readonly connectionId: string;
  readonly principal: Principal;
  /** Who has to be told that its user has come online by it. */
  readonly news: News | undefined;
}

/**
 * Writes what the login brings, and registers a connection that answers posts: from here on its principal is online and
 * messages reach it. This comes before `login` is said, because whoever has seen `login` must not miss a message any more.
 * @throws ChatError 5001, 5005, 5008 or 5010 when what the login brings cannot be kept, or there are too many devices
 */
export async function beginSession(
  { id: connectionId, eio }: { readonly id: string; readonly eio: Eio },
  principal: Principal,
  visit: Visit,
  now: number,
): Promise<Session> {
  const friends = await enter(principal, visit, now);
  const pingDue = pingDueAt(eio, { heardAt: now }, HEARTBEAT);
  const news = await register(connectionId, principal, { now, pingDue, notifyAll: visit.notifyAll ?? false });
  return { connectionId, principal, news: news && { ...news, friends: news.friends && friends > 0 } };
}

/** Says that the login succeeded, in strict mode with the token that REST requests need; then has others told of it. */
export async function welcome({ connectionId, principal, news }: Session, now: number): Promise<void> {
  const said = loginFrame(principal, now).then((login) => post(connectionId, login));
  // Whatever comes of it: should he have gone already, that is announced as well.
  const outcome = await said.finally(() => news && announceOnline(news, connectionId));
  count(METRIC.logins);
  if (outcome === 'gone') await forget(connectionId, principal);
}

async function loginFrame(principal: Principal, now: number): Promise<string> {
  const app = await findApp(principal.app);
  const token = app?.mode === 'strict' && (await issueToken(app, principal, now));
  return eventFrame(NAMESPACE, 'login', [{ success: true, id: principal.id, ...(token && { token }) }]);
}

/**
 * Says that the login failed, and why, then closes the connection, as MaxIM's clients expect. Before that it puts the
 * client out of the chat: by a close alone, stock clients would come back with the same credentials for ever.
 */
export async function refuse(connectionId: string, error: { code: number; message: string }): Promise<void> {
  count(error.code === ERROR.database ? METRIC.loginsFailed : METRIC.loginsRefused);
  const login = eventFrame(NAMESPACE, 'login', [{ success: false, error: error.code, message: error.message }]);
  if ((await post(connectionId, login)) === 'gone') return;
  await post(connectionId, disconnectFrame(NAMESPACE));
  await close(connectionId);
}
