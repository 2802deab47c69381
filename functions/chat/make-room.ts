import { lastActiveAt } from '../gateway/clients.ts';
import type { Principal } from '../shared/principal.ts';
import { connectionsOf } from '../store/devices.ts';
import { lookup } from '../store/dynamo.ts';
import { lastSignOfLife } from '../store/signs-of-life.ts';
import { dropConnection } from './drop-connection.ts';

/** About how many connections API Gateway is asked: each is one request. */
const MAX_ASKED = 10;

interface Heard {
  readonly connectionId: string;
  /** Epoch ms; negative infinity when the connection is gone. */
  readonly at: number;
}

const byTime = (one: Heard, other: Heard) => (one.at < other.at ? -1 : Number(one.at > other.at));

/**
 * Closes that connection of a principal which has been silent for the longest time, so that another can be opened. This
 * costs two reads. API Gateway is asked about the oldest connections whose heartbeats are not stored.
 */
export async function makeRoom(principal: Principal): Promise<void> {
  const [connections] = await lookup([connectionsOf(principal)]);
  const signs = (await lookup(connections.map(lastSignOfLife))).sort(byTime);
  const unsure = signs.filter(({ incomplete }) => incomplete).slice(0, MAX_ASKED);
  const asked = await Promise.all(
    unsure.map(async ({ connectionId }) => ({ connectionId, at: await heardAt(connectionId) })),
  );
  const [silent] = [...signs.filter(({ incomplete }) => !incomplete), ...asked].sort(byTime);
  if (silent) await dropConnection(silent.connectionId, principal);
}

async function heardAt(connectionId: string): Promise<number> {
  const at = await lastActiveAt(connectionId);
  return at === 'gone' ? Number.NEGATIVE_INFINITY : at;
}
