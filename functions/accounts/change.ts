import { type Account, type Claim, findAccount, replaceAccount } from '../store/accounts.ts';
import { ACCOUNT_ERROR, AccountError, type AccountErrorCode } from './errors.ts';
import { logOutEverywhere } from './log-out.ts';
import { hashPassword } from './password.ts';

const TAKEN: Record<Claim['kind'], { code: AccountErrorCode; message: string }> = {
  username: { code: ACCOUNT_ERROR.usernameTaken, message: 'username: another account has this username' },
  email: { code: ACCOUNT_ERROR.emailTaken, message: 'email: another account has this email' },
  phone: { code: ACCOUNT_ERROR.phoneTaken, message: 'mobilePhone: another account has this phone' },
  login: { code: ACCOUNT_ERROR.loginTaken, message: 'authData: another account has this third-party login' },
};

/**
 * Stores a new account.
 * @throws AccountError 202, 203, 208 or 214 when another account has the username, email, login or phone
 */
export async function createAccount(account: Account): Promise<void> {
  const outcome = await replaceAccount(undefined, account);
  if (outcome) throw refusal(outcome);
}

const ATTEMPTS = 5;

/**
 * Applies a change to the current state of an account. The change returns undefined to delete the account.
 * @returns the changed account, or the deleted one
 * @throws AccountError 101 when the account does not exist, 155 after five conflicts with other changes, and the errors
 *   of `createAccount`
 */
export async function changeAccount(
  app: string,
  id: string,
  change: (account: Account) => Account | undefined,
): Promise<Account> {
  for (let attempt = 1; ; attempt++) {
    const before = await findAccount(app, id);
    if (!before) throw unknownAccount(id);
    const after = change(before);
    const outcome = await replaceAccount(before, after);
    if (!outcome) return after ?? before;
    if (outcome !== 'changed' || attempt === ATTEMPTS) throw refusal(outcome);
  }
}

/** Sets a password, and ends all sessions and connections of the account. @param now epoch ms */
export async function changePassword(account: Account, password: string, now: number): Promise<Account> {
  const hash = await hashPassword(password);
  const changed = await changeAccount(account.app, account.id, (present) => ({
    ...present,
    password: hash,
    generation: present.generation + 1,
    updated: now,
  }));
  await logOutEverywhere({ app: account.app, kind: 'user', id: account.id }, now);
  return changed;
}

export function unknownAccount(id: string): AccountError {
  return new AccountError(ACCOUNT_ERROR.notFound, `There is no account ${id}`);
}

function refusal(outcome: Claim['kind'] | 'changed'): AccountError {
  if (outcome === 'changed') {
    return new AccountError(ACCOUNT_ERROR.tooManyRequests, 'Too many concurrent changes to this account; try again');
  }
  const { code, message } = TAKEN[outcome];
  return new AccountError(code, message);
}
