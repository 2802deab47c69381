import { randomUUID } from 'node:crypto';
import { loginByOauth, loginByPassword, loginByPhone } from '../accounts/login.ts';
import { checkName } from '../attributes/names.ts';
import { ChatError, ERROR } from '../shared/errors.ts';
import type { Principal } from '../shared/principal.ts';
import { type Account, isOfAccount } from '../store/accounts.ts';
import { type App, findApp } from '../store/apps.ts';
import { bindInstallation } from '../store/installations.ts';
import { ensureProfile, saveVisitor } from '../store/profiles.ts';
import type { AuthPayload, LoginMethod, LoginOptions } from './auth-payload.ts';
import { holdsClientKey } from './client-key.ts';
import { type Bearer, readBearer } from './token.ts';

/**
 * Authenticates the credentials of a login. A first login by phone or third party creates the account. `saveLogin`
 * stores the other effects of a login.
 * @param now epoch ms
 * A token needs no signature beside it, because it proves more.
 * @throws ChatError 5003 when the application, signature or login is wrong, 5009 for a third party that is not
 *   configured
 */
export async function authenticate(credentials: AuthPayload, now: number): Promise<Bearer> {
  const app = await findApp(credentials.app);
  const { login, sign } = credentials;
  if (app && login.kind === 'session') return bearer(app, login.token, now);
  if (!app || login.kind === 'session' || !holdsClientKey(app, { sign }, now)) {
    throw new ChatError(
      ERROR.notAuthorised,
      'auth.app or auth.sign is wrong: expected a known app, and md5hex(timestamp + client key) + "," + timestamp as sign',
    );
  }
  return { principal: await loggedIn(app, login, sign, now) };
}

async function loggedIn(
  app: App,
  login: Exclude<LoginMethod, { kind: 'session' }>,
  sign: string | undefined,
  now: number,
): Promise<Principal> {
  switch (login.kind) {
    case 'client':
      await checkPlainLogin(app, login.id);
      return { app: app.id, kind: 'user', id: login.id };
    case 'account':
      return user(await loginByPassword(app, login.username, login.password, now));
    case 'phone':
      // A client computes its signature once. When it reconnects, it sends the same signature and code again.
      return user(await loginByPhone(app, login, sign, now));
    case 'oauth':
      return user(await loginByOauth(app, login.platforms, now));
    case 'visitor':
      checkVisitorName(app, login.attributes);
      return { app: app.id, kind: 'visitor', id: login.id ?? randomUUID().replaceAll('-', '') };
  }
}

/** In strict mode, the name that users see contains no hidden characters. */
function checkVisitorName({ mode, push }: App, attributes: Record<string, unknown>): void {
  if (mode === 'strict') checkName(attributes[push.nameAttribute], `auth.passenger.${push.nameAttribute}`);
}

const user = ({ app, id }: Account): Principal => ({ app, kind: 'user', id });

/** In strict mode, a login by id needs the setting `plainLogin` and a user without an account. */
async function checkPlainLogin(app: App, id: string): Promise<void> {
  if (app.mode !== 'strict') return;
  if (app.plainLogin && !(await isOfAccount(app.id, id))) return;
  throw new ChatError(ERROR.notAuthorised, 'auth.client: this user cannot log in by id alone; log in with an account');
}

async function bearer(app: App, token: string, now: number): Promise<Bearer> {
  const holder = await readBearer(app, token, now);
  if (!holder) throw new ChatError(ERROR.notAuthorised, 'auth.sessionToken: wrong, expired or revoked; log in again');
  return holder;
}

/**
 * Stores the effects of a login. A user gets a profile at the first login, and the installation receives their pushes.
 * A visitor gets the attributes of the login.
 * @returns the number of friends of the principal
 */
export async function saveLogin(
  principal: Principal,
  { attributes, install }: LoginOptions,
  now: number,
): Promise<number> {
  if (attributes) {
    await saveVisitor(principal, attributes, now);
    return 0;
  }
  const { friends } = await ensureProfile(principal, now);
  if (install !== undefined) await bindInstallation(principal, install, now);
  return friends;
}
