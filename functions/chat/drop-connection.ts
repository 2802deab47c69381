import { close } from '../gateway/clients.ts';
import type { Principal } from '../shared/principal.ts';
import { type Death, loseConnection } from './lose-connection.ts';

/**
 * Removes a silent connection and closes it. It is removed first: API Gateway reports the end of a connection at once,
 * and only the function that removes it knows that its client was silent.
 */
export async function dropConnection(
  connectionId: string,
  owner?: Principal,
  heard: Pick<Death, 'heardAt'> = {},
): Promise<void> {
  try {
    await loseConnection(connectionId, owner, { found: 'silent', ...heard });
  } finally {
    await close(connectionId);
  }
}
