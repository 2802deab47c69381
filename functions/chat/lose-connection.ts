import { enqueueMissedPushes } from '../jobs/missed-push-enqueue.ts';
import { enqueuePresenceOffline } from '../jobs/presence-offline-enqueue.ts';
import { HEARTBEAT } from '../shared/heartbeat-times.ts';
import type { Principal } from '../shared/principal.ts';
import { type LastConnection, unregisterConnection } from '../store/connections.ts';

/**
 * Maximum time (ms) that a dead client stays registered. One of Engine.IO 3 may be silent for six minutes, and is checked
 * every ten minutes.
 */
const UNNOTICED_MS = 17 * 60_000;

/** How a connection was found dead. */
export interface Death {
  /** `gone`: API Gateway does not know it, and may report its end later. `silent`: its client did not answer. */
  readonly found: 'gone' | 'silent';
  /** When API Gateway last heard the client, if known: epoch ms. */
  readonly heardAt?: number;
}

/**
 * Removes a connection that was found dead. If the user has no other connection, what was posted to it since its last
 * sign of life is pushed.
 * @param owner the owner, if known; otherwise looked up
 */
export async function loseConnection(connectionId: string, owner: Principal | undefined, death: Death): Promise<void> {
  const removal = await unregisterConnection(connectionId, owner);
  const { departure, last } = removal ?? {};
  await Promise.all([
    departure && enqueuePresenceOffline(departure),
    last &&
      enqueueMissedPushes({
        ...{ app: last.user.app, user: last.user.id, connectionId },
        since: heardAt(last, death),
        unlessReported: death.found === 'gone',
      }),
  ]);
}

/** The table rounds the time of a login up to the next second. */
const ROUNDING_MS = 1000;

/** The last sign of life. API Gateway or the heartbeat may know a later one than the table. */
function heardAt({ heardAt: stored, incomplete }: LastConnection, death: Death): number {
  // Posts may count as activity in API Gateway. The client itself pings in this interval.
  const earliest = Date.now() - UNNOTICED_MS;
  const alive = death.heardAt === undefined ? earliest : death.heardAt - HEARTBEAT.pingInterval;
  // An item of an older version may contain no sign of life.
  return Math.max(stored, incomplete ? alive : earliest) - ROUNDING_MS;
}
