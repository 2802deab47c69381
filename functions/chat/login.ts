import { randomUUID } from 'node:crypto';
import { findApp } from '../store/apps.ts';
import { bind } from '../store/installations.ts';
import { ensureProfile, saveVisitor } from '../store/profiles.ts';
import type { Credentials, Visit } from './credentials.ts';
import { ChatError, ERROR } from './errors.ts';
import type { Principal } from './principal.ts';
import { verifySign } from './sign.ts';

/**
 * Finds out who brings these credentials. Reads only; see `enter` for what a login writes.
 * @throws ChatError 5003 when application or signature are wrong, 5009 for forms of login not offered here
 */
export async function authenticate(credentials: Credentials): Promise<Principal> {
  const app = await findApp(credentials.app);
  if (!app || !verifySign(credentials.sign, app.clientKey)) {
    throw new ChatError(
      ERROR.notAuthorised,
      'auth.app or auth.sign is wrong: sign must be md5hex(timestamp + client key) + "," + timestamp',
    );
  }
  const { login } = credentials;
  switch (login.kind) {
    case 'client':
      return { app: app.id, kind: 'user', id: login.id };
    case 'passenger':
      return { app: app.id, kind: 'passenger', id: login.id ?? randomUUID().replaceAll('-', '') };
    default:
      throw new ChatError(
        ERROR.unsupported,
        `Login by ${login.kind} is not offered; log in with a user id (client) or as a passenger`,
      );
  }
}

/**
 * Writes what a login brings: a user exists from his first login on, and the app that he logged in with is pushed his
 * messages; a visitor has the attributes he came with.
 */
export async function enter(principal: Principal, { attributes, install }: Visit, now: number): Promise<void> {
  if (attributes) return saveVisitor(principal, attributes, now);
  await ensureProfile(principal, now);
  if (install !== undefined) await bind(principal, install, now);
}
