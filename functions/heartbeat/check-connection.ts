import { dropConnection } from '../chat/drop-connection.ts';
import { loseConnection } from '../chat/lose-connection.ts';
import { lastActiveAt } from '../gateway/connections.ts';
import { post } from '../gateway/sdk-posts.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { beat, PING } from '../protocol/index.ts';
import { METRIC } from '../shared/constants.ts';
import { HEARTBEAT, type Round } from '../shared/heartbeat-times.ts';
import { claimPing } from '../store/heartbeats.ts';

/**
 * Runs the heartbeat that is due for one connection. Never throws. `now` is the minute of the schedule, in epoch ms.
 */
export async function checkConnection(round: Round, connectionId: string, now: number): Promise<void> {
  try {
    await (round === 'ping' ? ping(connectionId, now) : check(connectionId, now));
  } catch (error) {
    count(METRIC.postsFailed);
    logger.error('Heartbeat failed', { connection_id: connectionId, error });
  }
}

/**
 * Pings a client, unless another run pinged it in this minute. Removes the connection if the last ping is unanswered.
 */
async function ping(connectionId: string, now: number): Promise<void> {
  const claim = await claimPing(connectionId, now);
  if (claim === 'unanswered') return dropConnection(connectionId);
  if (claim === 'claimed' && (await post(connectionId, PING)) === 'gone') await gone(connectionId);
}

/** Removes a connection whose client has not pinged within the allowed time. */
async function check(connectionId: string, now: number): Promise<void> {
  const heardAt = await lastActiveAt(connectionId);
  if (heardAt === 'gone') return gone(connectionId);
  if (beat(3, { heardAt }, HEARTBEAT, now) === 'close') await dropConnection(connectionId, undefined, { heardAt });
}

const gone = (connectionId: string) => loseConnection(connectionId, undefined, { found: 'gone' });
