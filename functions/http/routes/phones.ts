import * as z from 'zod/mini';
import type { Attempt } from '../../accounts/attempt.ts';
import { changePassword } from '../../accounts/change.ts';
import { checkCode } from '../../accounts/codes.ts';
import { ACCOUNT_ERROR, AccountError } from '../../accounts/errors.ts';
import { parsePhone } from '../../accounts/fields.ts';
import { loginByPhone } from '../../accounts/login.ts';
import { sendCode } from '../../accounts/send-code.ts';
import { findByClaim } from '../../store/accounts.ts';
import type { App } from '../../store/apps.ts';
import { everyone } from '../access.ts';
import { route } from '../route.ts';
import { Empty, mobilePhone, password, SessionShape, smsCode } from './account-shapes.ts';
import { loginResponse } from './login-response.ts';

const common = { method: 'POST', params: z.object({}), status: 200, strict: 'never', access: everyone } as const;

export const phones = [
  route({
    ...common,
    path: '/2.0/requestLoginSmsCode',
    summary: 'Request a code to log in by phone or to register the phone',
    body: z.object({ mobilePhone }),
    response: Empty,
    async handle({ app, body, now, address }) {
      await sendCode(app, parsePhone(app, body.mobilePhone), 'login', { now, address });
      return {};
    },
  }),

  route({
    ...common,
    path: '/2.0/loginByMobilePhone',
    summary: 'Log in with a code; the first login creates an account',
    body: z.object({ mobilePhone, smsCode }),
    response: SessionShape,
    async handle({ app, body, now, address }) {
      const login = { phone: body.mobilePhone, code: body.smsCode, address };
      return loginResponse(await loginByPhone(app, login, undefined, now), now);
    },
  }),

  route({
    ...common,
    path: '/2.0/requestPasswordReset',
    summary: 'Request a code to set a new password',
    body: z.object({ mobilePhone: z.optional(mobilePhone), email: z.optional(z.string()) }),
    response: Empty,
    async handle({ app, body, now, address }) {
      await sendCode(app, parsePhone(app, phoneOf(body)), 'reset', { now, address });
      return {};
    },
  }),

  route({
    ...common,
    path: '/2.0/resetPasswordBySmsCode',
    summary: 'Set a new password with a code; all sessions end',
    body: z.object({ mobilePhone, smsCode, password }),
    response: Empty,
    async handle({ app, body, now, address }) {
      await reset(app, parsePhone(app, body.mobilePhone), body, { now, address });
      return {};
    },
  }),
];

/** The server sends no email, so the request must contain a phone. */
function phoneOf({ mobilePhone, email }: { mobilePhone?: string | undefined; email?: string | undefined }): string {
  if (mobilePhone !== undefined) return mobilePhone;
  if (email !== undefined) {
    throw new AccountError(
      ACCOUNT_ERROR.unsupported,
      'email: a password reset by email is not supported; expected mobilePhone',
    );
  }
  throw new AccountError(ACCOUNT_ERROR.badParameter, 'mobilePhone: missing; expected a phone number');
}

/** Only a caller with a valid code learns whether an account has this phone. */
async function reset(
  app: App,
  phone: string,
  given: { smsCode: string; password: string },
  attempt: Attempt,
): Promise<void> {
  await checkCode(app, phone, 'reset', given.smsCode, undefined, attempt);
  const account = await findByClaim(app.id, { kind: 'phone', value: phone });
  if (!account) throw new AccountError(ACCOUNT_ERROR.notFound, 'No account has this phone');
  await changePassword(account, given.password, attempt.now);
}
