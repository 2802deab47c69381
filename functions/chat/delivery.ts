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

/** An open connection, and its owner (looked up when it matters, if not known). */
export interface Recipient {
  readonly connectionId: string;
  readonly owner?: Principal | undefined;
}

/** How fast to post (by default, as fast as possible), and when to stop, epoch ms. */
export interface Pacing {
  readonly rate?: PostRate;
  readonly until?: number;
}

/** The recipients of an event by what became of it. */
export interface Outcomes<R extends Recipient> {
  readonly sent: R[];
  /** There was no time for them, or API Gateway failed: they may be tried again later. */
  readonly left: R[];
  /** Their connection is closed, or every attempt was refused. */
  readonly lost: R[];
}

/**
 * Posts an event to every recipient. A connection that is gone is removed. One that is refused (429: the account's rate is
 * exceeded, or this client's buffer is full) is tried again while others go on, and given up in the end. Whatever happens
 * to one recipient is logged and affects no other.
 */
export async function deliver<R extends Recipient>(
  recipients: Iterable<R> | AsyncIterable<R>,
  event: ChatEvent,
  pacing: Pacing = {},
): Promise<Outcomes<R>> {
  const frame = chatFrame(event);
  const outcomes: Outcomes<R> = { sent: [], left: [], lost: [] };
  /** Recipients with a failed post, each with the number of the next attempt. */
  const retries: Promise<void>[] = [];
  const run = async (recipient: R, attempt: number): Promise<void> => {
    const outcome = await postOnce(recipient, frame, attempt, pacing);
    if (outcome === 'retry') retries.push(setTimeout(pauseAfter(attempt)).then(() => run(recipient, attempt + 1)));
    else outcomes[outcome].push(recipient);
  };
  await pMap(recipients, (recipient) => run(recipient, 1), { concurrency: AT_ONCE });
  while (retries.length > 0) await Promise.all(retries.splice(0));
  return outcomes;
}

/** One attempt to post to a recipient. Never fails. */
async function postOnce(
  { connectionId, owner }: Recipient,
  frame: string,
  attempt: number,
  pacing: Pacing,
): Promise<keyof Outcomes<Recipient> | 'retry'> {
  try {
    if (!(await waitForTurn(pacing))) return 'left';
    const answer = await tryPost(connectionId, frame);
    if (answer === 'sent') return 'sent';
    if (answer === 'gone') {
      count(METRIC.postsGone);
      await removeConnection(connectionId, owner);
      return 'lost';
    }
    if (answer === 'refused') pacing.rate?.refused(Date.now());
    if (attempt < ATTEMPTS) return 'retry';
    if (answer === 'failed') return 'left';
    throw new Error(`429 for ${ATTEMPTS} times: the client reads too slowly, or the quota of posts is too small`);
  } catch (error) {
    count(METRIC.postsFailed);
    logger.error('A frame was not delivered', { connection_id: connectionId, error });
    return 'lost';
  }
}

/** Waits until the rate allows one more post; false when that would be too late. */
async function waitForTurn({ rate, until = Number.POSITIVE_INFINITY }: Pacing): Promise<boolean> {
  const wait = rate?.turn(Date.now()) ?? 0;
  if (Date.now() + wait >= until) return false;
  if (wait > 0) await setTimeout(wait);
  return true;
}
