import { setTimeout as pause } from 'node:timers/promises';
import type { Cloud } from '../../local/cloud.ts';

const PATIENCE_MS = 10_000;

/** A client with a WebSocket connection. */
interface Connected {
  readonly connectionId: string;
  close(): void;
}

/** Closes clients, and waits until the functions have handled it. */
export async function disconnect(cloud: Cloud, ...clients: readonly Connected[]): Promise<void> {
  const ids = clients.map(({ connectionId }) => connectionId);
  for (const client of clients) client.close();
  await disconnected(cloud, ids);
}

/** Waits until connections have ended, and the functions have handled it. */
export async function disconnected(cloud: Cloud, connectionIds: readonly string[]): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  // The cloud may be settled while the close frame is still on its way.
  while (cloud.connections().some((id) => connectionIds.includes(id))) {
    if (Date.now() > deadline) throw new Error(`Connections are open after ${PATIENCE_MS} ms: ${connectionIds.join()}`);
    await pause(2);
  }
  await cloud.settled();
}
