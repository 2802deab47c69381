import { setTimeout } from 'node:timers/promises';
import pMap from 'p-map';
import { tryPost } from '../gateway/connections.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { METRIC } from '../shared/constants.ts';
import { type ChatEvent, chatFrame } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import type { PostRate } from './post-rate.ts';
import { removeConnection } from './remove-connection.ts';
import { AT_ONCE, ATTEMPTS, pauseAfter } from './sharding.ts';

/** An open connection, and whose it is (found out when it matters, if that is not known). */
export interface Recipient {
  readonly connectionId: string;
  readonly owner?: Principal | undefined;
}

/** How fast to post (as fast as it goes, if that is not said), and when to stop, epoch ms. */
export interface Pacing {
  readonly rate?: PostRate;
  readonly until?: number;
}

/**
 * Posts an event to every recipient. A connection that is gone is forgotten. One that is refused
 * (429: the account's rate is exceeded, or this client's buffer is full) is tried again while others go on, and given up
 * in the end. Whatever happens to one recipient is logged and touches no other.
 * @param sent called for each recipient that has the frame
 * @returns those that are left: there was no time for them, or API Gateway failed; they may be tried again later
 */
export async function deliver<R extends Recipient>(
  recipients: Iterable<R> | AsyncIterable<R>,
  event: ChatEvent,
  sent: (recipient: R) => Promise<void> | void = () => undefined,
  { rate, until = Number.POSITIVE_INFINITY }: Pacing = {},
): Promise<R[]> {
  const frame = chatFrame(event);
  const left: R[] = [];
  const again: Promise<void>[] = [];
  const attempt = async (recipient: R, nth: number): Promise<void> => {
    const { owner, connectionId } = recipient;
    try {
      const turn = rate?.turn(Date.now()) ?? 0;
      if (Date.now() + turn >= until) return void left.push(recipient);
      if (turn > 0) await setTimeout(turn);
      const outcome = await tryPost(connectionId, frame);
      if (outcome === 'sent') return await sent(recipient);
      if (outcome === 'gone') {
        count(METRIC.postsGone);
        return await removeConnection(connectionId, owner);
      }
      if (outcome === 'refused') rate?.refused(Date.now());
      if (nth < ATTEMPTS) again.push(setTimeout(pauseAfter(nth)).then(() => attempt(recipient, nth + 1)));
      else if (outcome === 'failed') left.push(recipient);
      else
        throw new Error(`429 for ${ATTEMPTS} times: the client reads too slowly, or the quota of posts is too small`);
    } catch (error) {
      count(METRIC.postsFailed);
      logger.error('A frame was not delivered', { connection_id: connectionId, error });
    }
  };
  await pMap(recipients, (recipient) => attempt(recipient, 1), { concurrency: AT_ONCE });
  while (again.length > 0) await Promise.all(again.splice(0));
  return left;
}
