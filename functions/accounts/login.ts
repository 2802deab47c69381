import { randomBytes } from 'node:crypto';
import { type Account, type Claim, findByClaim, loginClaim, replaceAccount, usernameClaim } from '../store/accounts.ts';
import type { App } from '../store/apps.ts';
import { countAgainst, resetCounter } from '../store/counters.ts';
import { checkCode } from './codes.ts';
import { ACCOUNT_ERROR, AccountError } from './errors.ts';
import { parsePassword, parsePhone, parseUsername } from './fields.ts';
import { verifyLogin } from './oauth/verify.ts';
import { passwordMatches } from './password.ts';

/** Maximum number of wrong passwords per account. */
const PASSWORD_ATTEMPTS = { limit: 10, windowMs: 15 * 60_000 };

/**
 * Returns the account with this username if the password is correct. An unknown username and a wrong password cause the
 * same error after the same time, so attackers cannot find usernames.
 * @throws AccountError 101, or 155 after too many wrong passwords
 */
export async function loginByPassword(app: App, username: string, password: string, now: number): Promise<Account> {
  const claim = usernameClaim(parseUsername(username));
  return limitPasswordAttempts(`${app.id}#guesses#${claim.value}`, now, async () => {
    const account = await findByClaim(app.id, claim);
    return (await passwordMatches(parsePassword(password), account?.password)) ? account : undefined;
  });
}

/**
 * Limits the number of wrong passwords. It counts an attempt before the check, so concurrent requests cannot exceed the
 * limit. A correct password resets the counter.
 * @throws AccountError 101 for a wrong password, 155 above the limit
 */
export async function limitPasswordAttempts<T>(
  name: string,
  now: number,
  check: () => Promise<T | undefined>,
): Promise<T> {
  if (!(await countAgainst(name, PASSWORD_ATTEMPTS, now))) {
    throw new AccountError(
      ACCOUNT_ERROR.tooManyRequests,
      `${PASSWORD_ATTEMPTS.limit} wrong passwords for this account; try again in 15 minutes`,
    );
  }
  const found = await check();
  if (found === undefined) throw new AccountError(ACCOUNT_ERROR.notFound, 'The username or the password is wrong');
  await resetCounter(name);
  return found;
}

/**
 * Returns the account with this phone if the code is correct. The first login creates the account.
 * @param user see `checkCode`
 * @throws AccountError 127 or 603
 */
export async function loginByPhone(
  app: App,
  login: { phone: unknown; code: string; address?: string | undefined },
  user: string | undefined,
  now: number,
): Promise<Account> {
  const phone = parsePhone(app, login.phone);
  await checkCode(app, phone, 'login', login.code, user, { now, address: login.address });
  return findOrCreate(app, { kind: 'phone', value: phone }, { phone }, now);
}

/**
 * Returns the account of a verified third-party login. The first login creates the account.
 * @param platforms `{"<platform>": {"id": …, "access_token": …}}` with exactly one platform
 * @throws AccountError 107, 251, 252 or 253
 */
export async function loginByOauth(
  app: App,
  platforms: Record<string, Record<string, unknown>>,
  now: number,
): Promise<Account> {
  const { platform, id } = await verifyLogin(app.logins, platforms);
  return findOrCreate(app, loginClaim(platform, id), { logins: { [platform]: id } }, now);
}

async function findOrCreate(app: App, claim: Claim, given: Partial<Account>, now: number): Promise<Account> {
  const found = await findByClaim(app.id, claim);
  if (found) return found;
  const account = newAccount(app, given, now);
  if ((await replaceAccount(undefined, account)) === undefined) return account;
  const first = await findByClaim(app.id, claim);
  if (!first)
    throw new AccountError(ACCOUNT_ERROR.tooManyRequests, 'A concurrent request registered the same login; try again');
  return first;
}

/** Builds a new account without storing it. @param now epoch ms */
export function newAccount(app: App, given: Partial<Account>, now: number): Account {
  return {
    app: app.id,
    id: randomBytes(12).toString('hex'),
    logins: {},
    fields: {},
    generation: 1,
    version: 1,
    created: now,
    updated: now,
    ...given,
  };
}
