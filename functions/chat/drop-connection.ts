import { close } from '../gateway/connections.ts';
import type { Principal } from '../shared/principal.ts';
import { removeConnection } from './remove-connection.ts';

/** Closes a connection and removes it, without waiting for API Gateway to report its end. */
export async function dropConnection(connectionId: string, owner?: Principal): Promise<void> {
  await close(connectionId);
  await removeConnection(connectionId, owner);
}
