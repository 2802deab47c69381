import { endSessions } from '../accounts/log-out.ts';
import type { Principal } from '../shared/principal.ts';
import { unbindAll } from '../store/installations.ts';
import { type Ban, setBan } from '../store/standing.ts';
import { kickAll } from './kick.ts';

/**
 * Bans a user: from here on they cannot log in, their sessions and pushes end, and their devices are
 * disconnected.
 * @throws ChatError 5004 when the user does not exist
 */
export async function banUser(user: Principal, ban: Ban): Promise<void> {
  await setBan(user, ban);
  await endSessions(user, ban.since);
  // A login without a session binds an installation, too.
  await unbindAll(user);
  const { until, reason } = ban;
  await kickAll(user, {
    reason: 'banned',
    ...(reason !== undefined && { message: reason }),
    ...(until !== undefined && { until }),
  });
}
