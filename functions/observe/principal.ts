import { createHash } from 'node:crypto';
import type { Principal } from '../shared/principal.ts';
import { addLogContext } from './observed.ts';

/**
 * Adds the application of a principal to the log lines of this invocation, and a hash of a user. The hash allows
 * counting active users, but the log does not name them.
 */
export function logPrincipal({ app, kind, id }: Principal): void {
  const hash = () => createHash('sha256').update(`${app}#${id}`).digest('base64url').slice(0, 8);
  addLogContext({ app, ...(kind === 'user' && { active: hash() }) });
}
