import * as z from 'zod/mini';
import { ACCOUNT_ERROR } from '../../accounts/errors.ts';
import { parsePassword, parseUsername } from '../../accounts/fields.ts';
import type { Account } from '../../store/accounts.ts';

/** Request fields and response schemas of the account endpoints. */

const time = z.string().register(z.globalRegistry, { examples: ['2026-01-01T00:00:00.000Z'] });

const account = {
  objectId: z.string().register(z.globalRegistry, {
    description: 'Id of the account and of its chat user',
    examples: ['5f2c6f7a11d3b073844a3f0f'],
  }),
  username: z.optional(z.string()),
  email: z.optional(z.string()),
  emailVerified: z.optional(z.boolean()),
  mobilePhone: z.optional(z.string().register(z.globalRegistry, { examples: ['+8613800138000'] })),
  mobilePhoneVerified: z.optional(z.boolean()),
  authData: z.optional(
    z.record(z.string(), z.object({ id: z.string() })).register(z.globalRegistry, {
      description: 'User ids of the third-party logins, by platform',
    }),
  ),
  createdAt: time,
  updatedAt: time,
};

export const AccountShape = z.looseObject(account).register(z.globalRegistry, {
  id: 'Account',
  description: 'An account. It can contain further fields that the application defines',
});

export const SessionShape = z
  .looseObject({
    ...account,
    sessionToken: z
      .string()
      .register(z.globalRegistry, { description: 'Value for X-ML-Session-Token, valid for 30 days' }),
  })
  .register(z.globalRegistry, { id: 'AccountSession', description: 'An account with a new session' });

export const Empty = z.object({}).register(z.globalRegistry, { id: 'Done' });

export const AccountFailure = z
  .object({ code: z.literal(Object.values(ACCOUNT_ERROR)), error: z.string() })
  .register(z.globalRegistry, { id: 'AccountFailure' });

/** A field with its own check and error codes. */
export const checked = <T>(check: (value: unknown) => T, description: string, example: string) =>
  z
    .pipe(z.unknown(), z.transform(check))
    .register(z.globalRegistry, { type: 'string', description, examples: [example] });

export const username = checked(parseUsername, 'Login name, not case-sensitive', 'tom');
export const password = checked(parsePassword, 'The password', 'correct horse battery staple');

const phoneText = z.string().check(z.minLength(1), z.maxLength(64));

/** The phone number as the user entered it. The settings of the application determine the country. */
export const mobilePhone = phoneText.register(z.globalRegistry, {
  description: 'Phone number with country code, or a national number of the country in the settings',
  examples: ['+8613800138000'],
});

export const smsCode = z
  .string()
  .check(z.minLength(1), z.maxLength(16))
  .register(z.globalRegistry, {
    description: 'Code from the SMS',
    examples: ['123456'],
  });

/** The account as its owner can read it. */
export function accountView(account: Account): z.output<typeof AccountShape> {
  const { id, username, email, phone, logins, fields, created, updated } = account;
  const platforms = Object.entries(logins).map(([platform, id]) => [platform, { id }] as const);
  return {
    ...fields,
    objectId: id,
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email, emailVerified: false }),
    ...(phone !== undefined && { mobilePhone: phone, mobilePhoneVerified: true }),
    ...(platforms.length > 0 && { authData: Object.fromEntries(platforms) }),
    createdAt: new Date(created).toISOString(),
    updatedAt: new Date(updated).toISOString(),
  };
}
