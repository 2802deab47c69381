import { setTimeout } from 'node:timers/promises';
import { serverEvent } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { deliver } from './delivery.ts';
import { missedSince } from './missed.ts';

/**
 * Time between the registration of a connection and the reading of its news, in ms. A message whose receivers were read
 * before the registration is stored by then.
 */
const SETTLING_MS = 1000;

/**
 * Sends a connection what its principal missed since a message, in order, and then `synced`. Stops when the connection
 * closes.
 * @param registered when the connection was registered, epoch ms
 */
export async function replay(
  { connectionId, principal }: { connectionId: string; principal: Principal },
  since: string,
  { limit, registered }: { limit: number; registered: number },
): Promise<void> {
  await setTimeout(Math.max(0, registered + SETTLING_MS - Date.now()));
  const { events, synced } = await missedSince(principal, since, limit, Date.now());
  for (const event of [...events, serverEvent('synced', synced)]) {
    const { sent } = await deliver([{ connectionId, owner: principal }], event);
    if (sent.length === 0) return;
  }
}
