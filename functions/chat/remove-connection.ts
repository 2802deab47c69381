import { enqueuePresenceOffline } from '../jobs/presence-offline-enqueue.ts';
import type { Principal } from '../shared/principal.ts';
import { unregisterConnection } from '../store/connections.ts';

/**
 * Removes a closed connection, and schedules the offline notification if it was the last one of the user. A connection
 * that is not registered is not an error.
 * @param owner the owner, if known; otherwise looked up
 */
export async function removeConnection(connectionId: string, owner?: Principal): Promise<void> {
  const removal = await unregisterConnection(connectionId, owner);
  if (removal?.departure) await enqueuePresenceOffline(removal.departure);
}
