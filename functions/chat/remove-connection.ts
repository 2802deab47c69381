import { close } from '../gateway/connections.ts';
import { enqueuePresenceOffline } from '../jobs/presence-offline-enqueue.ts';
import type { Principal } from '../shared/principal.ts';
import { unregisterConnection } from '../store/connections.ts';

/**
 * Forgets a connection that is gone, and has others told if that was its user's last one. One that is not registered is
 * no error.
 * @param owner whose it is; found out, if that is not known
 */
export async function removeConnection(connectionId: string, owner?: Principal): Promise<void> {
  const removal = await unregisterConnection(connectionId, owner);
  if (removal?.departure) await enqueuePresenceOffline(removal.departure);
}

/** Closes a connection and removes it, without waiting for API Gateway to report its end. */
export async function dropConnection(connectionId: string, owner?: Principal): Promise<void> {
  await close(connectionId);
  await removeConnection(connectionId, owner);
}
