import { enqueuePresenceOffline } from '../jobs/presence-offline-enqueue.ts';
import type { Principal } from '../shared/principal.ts';
import { reportClosed, unregisterConnection } from '../store/connections.ts';

/**
 * Removes a connection that its client closed, and schedules the offline notification if it was the last one of the user.
 * A connection that is not registered is not an error.
 * @param owner the owner, if known; otherwise looked up
 */
export async function removeConnection(connectionId: string, owner?: Principal): Promise<void> {
  const removal = await unregisterConnection(connectionId, owner);
  if (removal?.departure) await enqueuePresenceOffline(removal.departure);
}

/** Removes a connection whose end API Gateway reports. Another function may have found it closed before. */
export async function removeReported(connectionId: string): Promise<void> {
  const removal = await unregisterConnection(connectionId);
  if (removal?.departure) await enqueuePresenceOffline(removal.departure);
  // Without an owner, it was closed before or nobody logged in.
  if (!removal) await reportClosed(connectionId);
}
