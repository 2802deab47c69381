import type { Visit } from '../auth/auth-payload.ts';
import { enter } from '../auth/login.ts';
import { issueToken } from '../auth/token.ts';
import { close, post } from '../gateway/connections.ts';
import { count } from '../observe/metrics.ts';
import { disconnectFrame, type Eio, eventFrame } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { ERROR } from '../shared/errors.ts';
import { type ChatEvent, frameOf } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { findApp } from '../store/apps.ts';
import { type News, register } from '../store/connections.ts';
import { settle } from './lateness.ts';
import { offsetOf } from './position.ts';
import { announceOnline } from './presence.ts';
import type { Registration } from './recovery-rules.ts';
import { forget } from './remove-connection.ts';

/** A connection on which somebody is logged in. */
export interface Session {
  readonly connectionId: string;
  readonly principal: Principal;
  /** Who has to be told that its user has come online by it. */
  readonly news: News | undefined;
  readonly registration: Registration;
  readonly recovers: boolean;
}

/** Who logs in: what he brings, and whether his client recovers what it missed. */
export interface Entrant {
  readonly principal: Principal;
  readonly visit: Visit;
  readonly recovers: boolean;
  /** Whether he may ask twice. */
  readonly once: boolean;
}

/**
 * Writes what the login brings, and registers a connection that answers posts: from here on its principal is online and
 * messages reach it. This comes before `login` is said, because whoever has seen `login` must not miss a message any more.
 * @returns undefined when that was done before
 * @throws ChatError 5001, 5005, 5008 or 5010 when what the login brings cannot be kept, or there are too many devices
 */
export async function beginSession(
  { id: connectionId, eio }: { readonly id: string; readonly eio: Eio },
  { principal, visit, recovers, once }: Entrant,
  now: number,
): Promise<Session | undefined> {
  const friends = await enter(principal, visit, now);
  const before = Date.now();
  const notifyAll = visit.notifyAll ?? false;
  const news = await register(connectionId, principal, { eio, now, notifyAll, recoverable: recovers, once });
  if (news === 'repeated') return undefined;
  const registration = { before, done: Date.now() };
  return {
    connectionId,
    principal,
    news: news && { ...news, friends: news.friends && friends > 0 },
    registration,
    recovers,
  };
}

/** Says that the login succeeded, in strict mode with the token that REST requests need; then has others told of it. */
export async function welcome(session: Session, now: number): Promise<void> {
  const { connectionId, principal, news } = session;
  const said = sayLogin(session, now);
  // Whatever comes of it: should he have gone already, that is announced as well.
  const outcome = await said.finally(() => news && announceOnline(news, connectionId));
  count(METRIC.logins);
  if (outcome === 'gone') await forget(connectionId, principal);
}

async function sayLogin({ connectionId, principal, recovers }: Session, now: number): Promise<'sent' | 'gone'> {
  const app = await findApp(principal.app);
  const token = app?.mode === 'strict' && (await issueToken(app, principal, now));
  const args = [{ success: true, id: principal.id, ...(token && { token }) }];
  const login: ChatEvent = { name: 'login', args, offset: offsetOf(Date.now(), 'login') };
  const outcome = await post(connectionId, frameOf(login, recovers));
  if (recovers) await settle(principal, login);
  return outcome;
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
