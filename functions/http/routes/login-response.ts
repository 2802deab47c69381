import type * as z from 'zod/mini';
import { createSession } from '../../accounts/session.ts';
import type { Account } from '../../store/accounts.ts';
import { ensureProfile } from '../../store/profiles.ts';
import { accountView, type SessionShape } from './account-shapes.ts';

/** Returns the response to a login. It creates the chat user of the account if necessary. @param now epoch ms */
export async function loginResponse(account: Account, now: number): Promise<z.output<typeof SessionShape>> {
  await ensureProfile({ app: account.app, kind: 'user', id: account.id }, now);
  return { ...accountView(account), sessionToken: await createSession(account, now) };
}
