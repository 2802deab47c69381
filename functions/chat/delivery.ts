import { setTimeout } from 'node:timers/promises';
import { tryPost } from '../gateway/connections.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { concurrently } from '../shared/concurrently.ts';
import { METRIC } from '../shared/constants.ts';
import { type ChatEvent, frameOf } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { forfeit } from '../store/recovery.ts';
import { AGAIN_MS, settle, TRIED_MS } from './lateness.ts';
import type { PostRate } from './post-rate.ts';
import { forget } from './remove-connection.ts';
import { AT_ONCE, ATTEMPTS, pauseAfter } from './sharding.ts';

/** An open connection, and whose it is (found out when it matters, if that is not known). */
export interface Recipient {
  readonly connectionId: string;
  /** Whether its client can recover what it missed. */
  readonly recoverable?: boolean | undefined;
  readonly owner?: Principal | undefined;
}

/** How fast to post (as fast as it goes, if that is not said), and when to stop, epoch ms. */
export interface Flow {
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
  { rate, until = Number.POSITIVE_INFINITY }: Flow = {},
): Promise<R[]> {
  const frame = frames(event);
  const left: R[] = [];
  const again: Promise<void>[] = [];
  const attempt = async (recipient: R, nth: number): Promise<void> => {
    const { owner, connectionId, recoverable = false } = recipient;
    // What does not reach a client in its turn may come behind later events, or never.
    const late = async (ms: number) => void (recoverable && owner && (await forfeit(owner, Date.now() + ms)));
    const leave = async () => {
      left.push(recipient);
      await late(AGAIN_MS);
    };
    try {
      const turn = rate?.turn(Date.now()) ?? 0;
      if (Date.now() + turn >= until) return await leave();
      if (turn > 0) await setTimeout(turn);
      const outcome = await tryPost(connectionId, frame(recoverable));
      if (outcome === 'sent') {
        await sent(recipient);
        if (recoverable && owner) await settle(owner, event);
        return;
      }
      if (outcome === 'gone') {
        count(METRIC.postsGone);
        return await forget(connectionId, owner);
      }
      if (outcome === 'refused') rate?.refused(Date.now());
      if (nth === 1) await late(TRIED_MS);
      if (nth < ATTEMPTS) again.push(setTimeout(pauseAfter(nth)).then(() => attempt(recipient, nth + 1)));
      else if (outcome === 'failed') await leave();
      else
        throw new Error(`429 for ${ATTEMPTS} times: the client reads too slowly, or the quota of posts is too small`);
    } catch (error) {
      count(METRIC.postsFailed);
      logger.error('A frame was not delivered', { connection_id: connectionId, error });
      await late(0).catch((error) => logger.error('A recovery was not forfeited', { error }));
    }
  };
  await concurrently(recipients, AT_ONCE, (recipient) => attempt(recipient, 1));
  while (again.length > 0) await Promise.all(again.splice(0));
  return left;
}

/** The frame for clients that can recover, and for those that cannot; each is made when it is needed first. */
function frames(event: ChatEvent): (recoverable: boolean) => string {
  const made = new Map<boolean, string>();
  return (recoverable) => {
    const frame = made.get(recoverable) ?? frameOf(event, recoverable);
    made.set(recoverable, frame);
    return frame;
  };
}
