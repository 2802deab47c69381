import { post } from '../gateway/connections.ts';
import { unregister } from '../store/connections.ts';
import type { Principal } from './principal.ts';

/** An open connection, and whose it is. */
export interface Recipient {
  readonly owner: Principal;
  readonly connectionId: string;
}

/**
 * Posts one frame to every recipient at once. A connection that is gone is forgotten; whatever happens
 * to one recipient is logged and touches no other.
 */
export async function deliver(recipients: readonly Recipient[], frame: string): Promise<void> {
  await Promise.all(recipients.map((recipient) => deliverOne(recipient, frame)));
}

async function deliverOne({ owner, connectionId }: Recipient, frame: string): Promise<void> {
  try {
    if ((await post(connectionId, frame)) === 'gone') await unregister(connectionId, owner);
  } catch (error) {
    console.error('A frame was not delivered', { connectionId, error });
  }
}
