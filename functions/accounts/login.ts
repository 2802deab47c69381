import { randomBytes } from 'node:crypto';
import { type Account, type Claim, findByClaim, loginClaim, replaceAccount, usernameClaim } from '../store/accounts.ts';
import type { App } from '../store/apps.ts';
import { countAgainst, resetCounter } from '../store/counters.ts';
import { checkCode } from './codes.ts';
import { ACCOUNT_ERROR, AccountError } from './errors.ts';
import { parsePassword, parsePhone, parseUsername } from './fields.ts';
import { verifyLogin } from './oauth/verify.ts';
import { passwordMatches } from './password.ts';

/** How many wrong passwords a name may be tried with. */
const PASSWORD_ATTEMPTS = { limit: 10, windowMs: 15 * 60_000 };

/**
 * The account of that name, if the password is right. An unknown name and a wrong password take as long, and are told alike.
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
 * Counts a guess at a password before it is looked at, so that no number of requests at the same time is one too many;
 * takes that back when it was right.
 * @throws AccountError 101 when it was not, 155 when there were too many
 */
export async function limitPasswordAttempts<T>(
  name: string,
  now: number,
  check: () => Promise<T | undefined>,
): Promise<T> {
  if (!(await countAgainst(name, PASSWORD_ATTEMPTS, now))) {
    throw new AccountError(
      ACCOUNT_ERROR.tooManyRequests,
      `${PASSWORD_ATTEMPTS.limit} wrong passwords were given for this account; try again in 15 minutes`,
    );
  }
  const found = await check();
  if (found === undefined) throw new AccountError(ACCOUNT_ERROR.notFound, 'The username or the password is wrong');
  await resetCounter(name);
  return found;
}

/**
 * The account that has that phone, made on first use, if the code is the one sent there.
 * @param user see `checkCode`
 * @throws AccountError 127 or 603
 */
export async function loginByPhone(
  app: App,
  login: { phone: unknown; code: string },
  user: string | undefined,
  now: number,
): Promise<Account> {
  const phone = parsePhone(app, login.phone);
  await checkCode(app, phone, 'login', login.code, user, now);
  return findOrCreate(app, { kind: 'phone', value: phone }, { phone }, now);
}

/**
 * The account of whom a third party vouches for, made on first use.
 * @param platforms `{"<platform>": {"id": …, "access_token": …}}`, one of them
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
  if (!first) throw new AccountError(ACCOUNT_ERROR.tooManyRequests, 'Another request has just taken that; try again');
  return first;
}

/** An account as it comes to be; not stored yet. @param now epoch ms */
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
