import * as z from 'zod/mini';
import { changePassword } from '../../accounts/change.ts';
import { ACCOUNT_ERROR, AccountError } from '../../accounts/errors.ts';
import { logOut } from '../../accounts/log-out.ts';
import { limitPasswordAttempts, loginByPassword } from '../../accounts/login.ts';
import { passwordMatches } from '../../accounts/password.ts';
import type { Bearer } from '../../auth/token.ts';
import { findAccount } from '../../store/accounts.ts';
import { anyUser, everyone } from '../access.ts';
import { route } from '../route.ts';
import { Empty, password, SessionShape, username } from './account-shapes.ts';
import { loginResponse } from './login-response.ts';

const Login = z.object({ username, password });

const login = {
  path: '/2.0/login',
  params: z.object({}),
  status: 200,
  response: SessionShape,
  strict: 'never',
  access: everyone,
} as const;

const logout = {
  path: '/2.0/logout',
  summary: 'End the session whose token comes with the request, and close its connections',
  params: z.object({}),
  status: 200,
  response: Empty,
  strict: 'always',
  access: everyone,
  async handle({ session, now }: { session: Bearer | undefined; now: number }) {
    if (session) await logOut(session, now);
    return {};
  },
} as const;

export const sessions = [
  route({
    ...login,
    method: 'GET',
    summary: 'Log in with a password in the query (older clients)',
    query: Login,
    handle: async ({ app, query, now }) =>
      loginResponse(await loginByPassword(app, query.username, query.password, now), now),
  }),

  route({
    ...login,
    method: 'POST',
    summary: 'Log in with a password in the body',
    body: Login,
    handle: async ({ app, body, now }) =>
      loginResponse(await loginByPassword(app, body.username, body.password, now), now),
  }),

  route({ ...logout, method: 'GET' }),
  route({ ...logout, method: 'POST' }),

  route({
    method: 'POST',
    path: '/2.0/updatePassword',
    summary: 'Change the password, end all sessions, and return a new session',
    params: z.object({}),
    body: z.object({ password, newPassword: password }),
    status: 200,
    response: SessionShape,
    strict: 'always',
    access: anyUser,
    async handle({ app, principal, body, now }) {
      const account = principal?.kind === 'user' ? await findAccount(app.id, principal.id) : undefined;
      if (!account) {
        throw new AccountError(
          ACCOUNT_ERROR.notLoggedIn,
          'X-ML-Session-Token: expected the session token of an account',
        );
      }
      const checked = await limitPasswordAttempts(`${app.id}#guesses at#${account.id}`, now, async () =>
        (await passwordMatches(body.password, account.password)) ? account : undefined,
      );
      return loginResponse(await changePassword(checked, body.newPassword, now), now);
    },
  }),
];
