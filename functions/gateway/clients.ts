import { isPolling } from '../shared/sid.ts';
import { closeExchange, lastPolledAt, putPacket } from '../store/polling-outbox.ts';
import * as webSockets from './connections.ts';

// Clients by connection id: those of the WebSocket API, and those that use long-polling only.

/** Posts one packet. Returns `gone` when the connection does not exist. Throws on every other failure. */
export async function post(connectionId: string, packet: string): Promise<'sent' | 'gone'> {
  if (!isPolling(connectionId)) return webSockets.post(connectionId, packet);
  const outcome = await putPacket(connectionId, packet);
  if (outcome === 'refused') throw new Error('The client reads too slowly: too many packets wait for it');
  return outcome;
}

/**
 * Posts one packet without retries. Returns `gone` when the connection does not exist. Returns `refused` when the
 * account or the client is throttled. Returns `failed` after a temporary failure. Throws on every other failure.
 */
export function tryPost(connectionId: string, packet: string): Promise<'sent' | 'gone' | 'refused' | 'failed'> {
  return isPolling(connectionId) ? putPacket(connectionId, packet) : webSockets.tryPost(connectionId, packet);
}

/** The time of the last activity on a connection, in epoch ms. Frames from the server may count as activity. */
export function lastActiveAt(connectionId: string): Promise<number | 'gone'> {
  return isPolling(connectionId) ? lastPolledAt(connectionId, Date.now()) : webSockets.lastActiveAt(connectionId);
}

/** Closes a connection. A connection that is already closed is not an error. */
export function close(connectionId: string): Promise<void> {
  return isPolling(connectionId) ? closeExchange(connectionId, Date.now()) : webSockets.close(connectionId);
}
