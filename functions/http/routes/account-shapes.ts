import * as z from 'zod/mini';
import { ACCOUNT_ERROR } from '../../accounts/errors.ts';
import { parsePassword, parseUsername } from '../../accounts/fields.ts';
import type { Account } from '../../store/accounts.ts';

/** What the account endpoints take and answer. */

const time = z.string().register(z.globalRegistry, { examples: ['2026-01-01T00:00:00.000Z'] });

const account = {
  objectId: z.string().register(z.globalRegistry, {
    description: 'The id of the account, and of its user in the chat',
    examples: ['5f2c6f7a11d3b073844a3f0f'],
  }),
  username: z.optional(z.string()),
  email: z.optional(z.string()),
  emailVerified: z.optional(z.boolean()),
  mobilePhone: z.optional(z.string().register(z.globalRegistry, { examples: ['+8613800138000'] })),
  mobilePhoneVerified: z.optional(z.boolean()),
  authData: z.optional(
    z.record(z.string(), z.object({ id: z.string() })).register(z.globalRegistry, {
      description: 'Who its holder is to third parties',
    }),
  ),
  createdAt: time,
  updatedAt: time,
};

export const AccountShape = z.looseObject(account).register(z.globalRegistry, {
  id: 'Account',
  description: "An account, with the application's own fields beside these",
});

export const SessionShape = z
  .looseObject({
    ...account,
    sessionToken: z.string().register(z.globalRegistry, { description: 'For X-ML-Session-Token; valid for 30 days' }),
  })
  .register(z.globalRegistry, { id: 'AccountSession', description: 'An account whose holder has logged in' });

export const Empty = z.object({}).register(z.globalRegistry, { id: 'Done' });

export const AccountFailure = z
  .object({ code: z.literal(Object.values(ACCOUNT_ERROR)), error: z.string() })
  .register(z.globalRegistry, { id: 'AccountFailure' });

/** A field with a check of its own, whose failures have codes of their own. */
export const checked = <T>(check: (value: unknown) => T, description: string, example: string) =>
  z
    .pipe(z.unknown(), z.transform(check))
    .register(z.globalRegistry, { type: 'string', description, examples: [example] });

export const username = checked(parseUsername, 'The name to log in with; capitals make no difference', 'tom');
export const password = checked(parsePassword, 'The password', 'correct horse battery staple');

const phoneText = z.string().check(z.minLength(1), z.maxLength(64));

/** As it was written; what it means follows from the application's settings. */
export const mobilePhone = phoneText.register(z.globalRegistry, {
  description: 'With the country, or in the country that the application is set to',
  examples: ['+8613800138000'],
});

export const smsCode = z
  .string()
  .check(z.minLength(1), z.maxLength(16))
  .register(z.globalRegistry, {
    description: 'The code that was sent there',
    examples: ['123456'],
  });

/** An account as its holder may see it. */
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
