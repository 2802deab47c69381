import { randomUUID } from 'node:crypto';
import { ChatError, ERROR, TooManyRequests } from '../shared/errors.ts';
import type { App } from '../store/apps.ts';
import { countAgainst } from '../store/counters.ts';

const HOUR_MS = 60 * 60 * 1000;

export const newVisitorId = () => randomUUID().replaceAll('-', '');

/**
 * Checks a login as a visitor without a token. In strict mode, it creates a visitor and counts against the limits per
 * hour: the id of a visitor is no secret, because their messages contain it.
 * @throws ChatError 5003 when the application has no visitors, or for the id of a visitor in strict mode; 5008 above the
 *   limit
 */
export async function checkVisitorLogin(
  app: App,
  id: string | undefined,
  { now, address }: { now: number; address: string | undefined },
): Promise<void> {
  if (!app.visitors) {
    throw new ChatError(
      ERROR.notAuthorised,
      'auth.passenger: this application has no visitors; expected another login',
    );
  }
  if (app.mode !== 'strict') return;
  if (id !== undefined) {
    throw new ChatError(
      ERROR.notAuthorised,
      'auth.passenger.id: a visitor returns with auth.sessionToken, the token of their first login; a new visitor has no id',
    );
  }
  const limits = [
    { name: `${app.id}#visitors#at#${address ?? 'unknown'}`, limit: app.visitorsPerHourOfAddress },
    { name: `${app.id}#visitors`, limit: app.visitorsPerHour },
  ];
  for (const { name, limit } of limits) {
    if (!(await countAgainst(name, { limit, windowMs: HOUR_MS }, now))) {
      throw new TooManyRequests(ERROR.memberLimit, 'auth.passenger: too many new visitors; try again in an hour');
    }
  }
}
