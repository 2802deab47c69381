import type { Attempt } from '../accounts/attempt.ts';
import { loginByOauth, loginByPassword, loginByPhone } from '../accounts/login.ts';
import { checkName } from '../attributes/names.ts';
import { deviceTokenHash } from '../mobile/device-token.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { type Account, findAccount, isOfAccount } from '../store/accounts.ts';
import { type App, findApp } from '../store/apps.ts';
import { bindInstallation } from '../store/installations.ts';
import { ensureProfile, saveVisitor } from '../store/profiles.ts';
import { touchSession } from '../store/sessions.ts';
import type { AuthPayload, LoginMethod, LoginOptions, LoginProof } from './auth-payload.ts';
import { holdsClientKey } from './client-key.ts';
import { readBearer } from './token.ts';
import { checkVisitorLogin, newVisitorId } from './visitor-login.ts';

/** A principal, and what their login rests on. */
export interface Authenticated {
  readonly principal: Principal;
  readonly proof: LoginProof;
}

/**
 * Authenticates the credentials of a login. A first login by phone or third party creates the account. `saveLogin`
 * stores the other effects of a login.
 * A token needs no signature beside it, because it proves more.
 * @throws ChatError 5003 when the application, signature or login is wrong, 5008 for too many new visitors, 5009 for a
 *   third party that is not configured
 */
export async function authenticate(credentials: AuthPayload, attempt: Attempt): Promise<Authenticated> {
  const app = await findApp(credentials.app);
  const { login, sign } = credentials;
  if (app && login.kind === 'session') return bearer(app, login.token, attempt.now);
  if (!app || login.kind === 'session' || !holdsClientKey(app, { sign }, attempt.now)) {
    throw new ChatError(
      ERROR.notAuthorised,
      'auth.app or auth.sign is wrong: expected a known app, and md5hex(timestamp + client key) + "," + timestamp as sign',
    );
  }
  return loggedIn(app, login, sign, attempt);
}

async function loggedIn(
  app: App,
  login: Exclude<LoginMethod, { kind: 'session' }>,
  sign: string | undefined,
  { now, address }: Attempt,
): Promise<Authenticated> {
  switch (login.kind) {
    case 'client':
      await checkPlainLogin(app, login.id);
      return { principal: { app: app.id, kind: 'user', id: login.id }, proof: {} };
    case 'account':
      return userOf(await loginByPassword(app, login.username, login.password, now));
    case 'phone':
      // A client computes its signature once. When it reconnects, it sends the same signature and code again.
      return userOf(await loginByPhone(app, { ...login, address }, sign, now));
    case 'oauth':
      return userOf(await loginByOauth(app, login.platforms, now));
    case 'visitor':
      checkVisitorName(app, login.attributes);
      await checkVisitorLogin(app, login.id, { now, address });
      return { principal: { app: app.id, kind: 'visitor', id: login.id ?? newVisitorId() }, proof: {} };
  }
}

/** In strict mode, the name that users see contains no hidden characters. */
function checkVisitorName({ mode, push }: App, attributes: Record<string, unknown>): void {
  if (mode === 'strict') checkName(attributes[push.nameAttribute], `auth.passenger.${push.nameAttribute}`);
}

const userOf = ({ app, id, generation }: Account): Authenticated => ({
  principal: { app, kind: 'user', id },
  proof: { generation },
});

/** In strict mode, a login by id needs the setting `plainLogin` and a user without an account. */
async function checkPlainLogin(app: App, id: string): Promise<void> {
  if (app.mode !== 'strict') return;
  if (app.plainLogin && !(await isOfAccount(app.id, id))) return;
  throw new ChatError(
    ERROR.notAuthorised,
    'auth.client: this user cannot log in by id alone; log in with an account or a sessionToken',
  );
}

const REVOKED = 'auth.sessionToken: wrong, expired or revoked; log in again';

async function bearer(app: App, token: string, now: number): Promise<Authenticated> {
  const holder = await readBearer(app, token, now);
  if (!holder) throw new ChatError(ERROR.notAuthorised, REVOKED);
  const { principal, hash, until } = holder;
  return { principal, proof: { session: hash, tokenUntil: until } };
}

/**
 * Checks again what a login rests on, and notes the login in its session. Then the installation gets the pushes of the
 * user. A client can join long after its credentials were checked. Call this after the connection is registered: what
 * ends sessions closes the connections that it finds then.
 * @throws ChatError 5003 when the session has ended, the password has changed, or the installation belongs to somebody
 *   else; 5005 after too many concurrent changes of the user's installations
 */
export async function confirmLoginProof(principal: Principal, options: LoginOptions, now: number): Promise<void> {
  await checkProof(principal, options, now);
  const { install, installProof } = options;
  if (principal.kind !== 'user' || install === undefined) return;
  const app = await findApp(principal.app);
  const mayBind = (token: string) => app?.mode !== 'strict' || installProof === deviceTokenHash(token);
  await bindInstallation(principal, install, mayBind, now);
}

/** @throws ChatError 5003 when the session has ended, or the password has changed */
export async function checkProof(
  principal: Principal,
  { session, tokenUntil, generation, install }: LoginProof & Pick<LoginOptions, 'install'>,
  now: number,
): Promise<void> {
  if (session !== undefined) {
    const open = await touchSession({ principal, hash: session }, { now, until: tokenUntil, install });
    if (!open) throw new ChatError(ERROR.notAuthorised, REVOKED);
  } else if (generation !== undefined) {
    const account = await findAccount(principal.app, principal.id);
    if (account?.generation !== generation) {
      throw new ChatError(
        ERROR.notAuthorised,
        'auth: the password has changed, or the account is deleted; log in again',
      );
    }
  }
}

/**
 * Stores the effects of a login. A user gets a profile at the first login. A visitor gets the attributes of the login.
 * @returns the number of friends of the principal
 */
export async function saveLogin(principal: Principal, { attributes }: LoginOptions, now: number): Promise<number> {
  if (principal.kind === 'visitor') {
    // A visitor who logs in by token exists, and does not change.
    if (attributes) await saveVisitor(principal, attributes, now);
    return 0;
  }
  return (await ensureProfile(principal, now)).friends;
}
