import * as z from 'zod/mini';
import type { Attempt } from '../../accounts/attempt.ts';
import { changeAccount, createAccount, unknownAccount } from '../../accounts/change.ts';
import { checkCode } from '../../accounts/codes.ts';
import { ACCOUNT_ERROR, AccountError } from '../../accounts/errors.ts';
import { checkFields, parseEmail, parsePhone } from '../../accounts/fields.ts';
import { logOutEverywhere } from '../../accounts/log-out.ts';
import { loginByOauth, newAccount } from '../../accounts/login.ts';
import { hashPassword } from '../../accounts/password.ts';
import { type Account, findAccount, listAccounts } from '../../store/accounts.ts';
import type { App } from '../../store/apps.ts';
import { isSelf, masterOnly } from '../access.ts';
import { audited } from '../audit.ts';
import { id, limit, skip } from '../parameters.ts';
import { route } from '../route.ts';
import {
  AccountShape,
  accountView,
  checked,
  Empty,
  mobilePhone,
  password,
  SessionShape,
  smsCode,
  username,
} from './account-shapes.ts';
import { loginResponse } from './login-response.ts';

const accountParams = z.object({ id: id('id', 'The account', '5f2c6f7a11d3b073844a3f0f') });

const email = checked(parseEmail, 'Email address. The server sends no email', 'tom@example.com');

/** The same form as on the socket. */
const authData = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .register(z.globalRegistry, { description: 'Third-party login in place of a username. The server verifies it' });

const Registration = z.looseObject({
  username: z.optional(username),
  password: z.optional(password),
  email: z.optional(email),
  mobilePhone: z.optional(mobilePhone),
  smsCode: z.optional(smsCode),
  authData: z.optional(authData),
});

const Change = z.looseObject({
  username: z.optional(username),
  email: z.optional(z.nullable(email)),
  mobilePhone: z.optional(z.nullable(mobilePhone)),
  smsCode: z.optional(smsCode),
});

/**
 * Verifies with a code that the caller owns a phone. Otherwise a user could add the number of another person to their
 * account, and that person would log in to it by phone.
 */
async function provenPhone(app: App, phone: string, code: string | undefined, attempt: Attempt): Promise<string> {
  const number = parsePhone(app, phone);
  if (code === undefined) {
    throw new AccountError(
      ACCOUNT_ERROR.badCode,
      'smsCode: missing; POST /2.0/requestLoginSmsCode sends it to mobilePhone',
    );
  }
  await checkCode(app, number, 'login', code, undefined, attempt);
  return number;
}

export const accountUsers = [
  route({
    method: 'POST',
    path: '/2.0/users',
    summary: 'Register and log in, or log in through a third party with authData',
    params: z.object({}),
    body: Registration,
    status: 201,
    response: SessionShape,
    strict: 'never',
    access: () => true,
    async handle({ app, body, now, address }) {
      const { authData, username, password, email, mobilePhone, smsCode, ...fields } = body;
      if (authData) return loginResponse(await loginByOauth(app, authData, now), now);
      if (username === undefined) {
        throw new AccountError(ACCOUNT_ERROR.usernameMissing, 'username: missing; expected username or authData');
      }
      if (password === undefined)
        throw new AccountError(ACCOUNT_ERROR.passwordMissing, 'password: missing; expected a non-empty string');
      const own = checkFields(fields);
      const phone =
        mobilePhone === undefined ? undefined : await provenPhone(app, mobilePhone, smsCode, { now, address });
      const hash = await hashPassword(password);
      const account = newAccount(app, { username, password: hash, ...emailOf(app, email), phone, fields: own }, now);
      await createAccount(account);
      return loginResponse(account, now);
    },
  }),

  route({
    method: 'GET',
    path: '/2.0/users',
    summary: 'List all accounts by creation time (master key)',
    params: z.object({}),
    query: z.object({ skip, limit: limit(100) }),
    status: 200,
    response: z.object({ results: z.array(AccountShape) }),
    strict: 'always',
    access: masterOnly,
    handle: async ({ app, query }) => ({ results: (await listAccounts(app.id, query)).map(accountView) }),
  }),

  route({
    method: 'GET',
    path: '/2.0/users/:id',
    summary: 'Read an account',
    params: accountParams,
    status: 200,
    response: AccountShape,
    strict: 'always',
    access: isSelf,
    async handle({ app, params }) {
      const account = await findAccount(app.id, params.id);
      if (!account) throw unknownAccount(params.id);
      return accountView(account);
    },
  }),

  route({
    method: 'PUT',
    path: '/2.0/users/:id',
    summary: 'Change fields of an account; null removes an email or mobilePhone',
    params: accountParams,
    body: Change,
    status: 200,
    response: AccountShape,
    strict: 'always',
    access: isSelf,
    audit: audited('account.change', ({ params }) => `user/${params.id}`),
    async handle({ app, principal, params, body, now, address }) {
      const { username, email, mobilePhone, smsCode, ...fields } = body;
      checkFields(fields);
      const phone =
        mobilePhone == null
          ? mobilePhone
          : principal
            ? await provenPhone(app, mobilePhone, smsCode, { now, address })
            : parsePhone(app, mobilePhone);
      const account = await changeAccount(app.id, params.id, (present) => ({
        ...present,
        ...given({ username, phone }),
        ...(email !== undefined && emailOf(app, email ?? undefined)),
        fields: checkFields({ ...present.fields, ...fields }),
        updated: now,
      }));
      return accountView(account);
    },
  }),

  route({
    method: 'DELETE',
    path: '/2.0/users/:id',
    summary: 'Delete an account and end its sessions and connections',
    params: accountParams,
    status: 200,
    response: Empty,
    strict: 'always',
    access: isSelf,
    audit: audited('account.delete', ({ params }) => `user/${params.id}`),
    async handle({ app, params, now }) {
      await changeAccount(app.id, params.id, () => undefined);
      await logOutEverywhere({ app: app.id, kind: 'user', id: params.id }, now);
      return {};
    },
  }),
];

/** The email of an account. Without unique emails, a taken one is no error, so nobody can test whether it is registered. */
function emailOf(app: App, email: string | undefined): Pick<Account, 'email' | 'sharesEmail'> {
  return { email, sharesEmail: email !== undefined && !app.uniqueEmails ? true : undefined };
}

/** Returns the fields that the request contains. A null becomes undefined, which removes the field. */
function given(fields: Partial<Record<'username' | 'phone', string | null | undefined>>): Partial<Account> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? undefined]));
}
