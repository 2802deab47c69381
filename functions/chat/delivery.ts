import { METRIC } from '../constants.ts';
import { post } from '../gateway/connections.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { concurrently } from './concurrently.ts';
import { forget } from './forget.ts';
import type { Principal } from './principal.ts';

/** An open connection, and whose it is (found out when it matters, if that is not known). */
export interface Recipient {
  readonly connectionId: string;
  readonly owner?: Principal;
}

/** An open connection of somebody known. */
export type Owned = Recipient & { readonly owner: Principal };

/** How many posts are under way at once: as many as the SDK keeps sockets for. */
const AT_ONCE = 50;

/**
 * Posts one frame to every recipient. A connection that is gone is forgotten; whatever happens to one recipient is
 * logged and touches no other.
 * @param sent called for each recipient that has the frame
 */
export function deliver<R extends Recipient>(
  recipients: Iterable<R> | AsyncIterable<R>,
  frame: string,
  sent: (recipient: R) => Promise<void> | void = () => undefined,
): Promise<void> {
  return concurrently(recipients, AT_ONCE, async (recipient) => {
    const { owner, connectionId } = recipient;
    try {
      if ((await post(connectionId, frame)) === 'sent') return await sent(recipient);
      count(METRIC.postsGone);
      await forget(connectionId, owner);
    } catch (error) {
      count(METRIC.postsFailed);
      logger.error('A frame was not delivered', { connection_id: connectionId, error });
    }
  });
}

/**
 * Posts one frame to every open connection of some principals.
 * @returns those of the principals who have it on none of their devices
 */
export async function deliverTo(
  principals: readonly Principal[],
  recipients: readonly Owned[],
  frame: string,
): Promise<Principal[]> {
  const reached = new Set<string>();
  await deliver(recipients, frame, ({ owner }) => void reached.add(owner.id));
  return principals.filter(({ id }) => !reached.has(id));
}
