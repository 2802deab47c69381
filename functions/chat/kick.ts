import { close, post } from '../gateway/clients.ts';
import { logger } from '../observe/logger.ts';
import { disconnectFrame } from '../protocol/index.ts';
import { chatFrame, serverEvent } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import type { ServerEvents } from '../shared/server-events.ts';
import { NAMESPACE } from '../shared/wire.ts';
import { endConnections } from '../store/connection-sessions.ts';
import { connectionsOf } from '../store/devices.ts';
import { lookup } from '../store/dynamo.ts';

/**
 * Disconnects devices of a user. They receive `kicked`, and then leave the namespace: after that, stock clients do not
 * reconnect by themselves. From the first step on, the server rejects their frames.
 */
export async function kick(
  user: Principal,
  connectionIds: readonly string[],
  kicked: ServerEvents['kicked'],
): Promise<void> {
  if (connectionIds.length === 0) return;
  await endConnections(user, connectionIds);
  const event = chatFrame(serverEvent('kicked', kicked));
  await Promise.all(connectionIds.map((connectionId) => disconnect(connectionId, event)));
}

async function disconnect(connectionId: string, event: string): Promise<void> {
  try {
    if ((await post(connectionId, event)) === 'gone') return;
    await post(connectionId, disconnectFrame(NAMESPACE));
  } catch (error) {
    // A client that reads too slowly is closed all the same.
    logger.warn('Client not told why it is disconnected', { connection_id: connectionId, error });
  }
  await close(connectionId);
}

/** Disconnects all devices of a user. @returns their number */
export async function kickAll(user: Principal, kicked: ServerEvents['kicked']): Promise<number> {
  const [connections] = await lookup([connectionsOf(user)], { consistent: true });
  await kick(user, connections, kicked);
  return connections.length;
}
