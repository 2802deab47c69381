import { close } from '../gateway/connections.ts';
import type { Principal } from '../shared/principal.ts';
import { type Death, loseConnection } from './lose-connection.ts';

/** Closes a silent connection and removes it, without waiting for API Gateway to report its end. */
export async function dropConnection(
  connectionId: string,
  owner?: Principal,
  heard: Pick<Death, 'heardAt'> = {},
): Promise<void> {
  await close(connectionId);
  await loseConnection(connectionId, owner, { found: 'silent', ...heard });
}
