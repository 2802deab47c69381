import { setTimeout } from 'node:timers/promises';
import pMap from 'p-map';
import { tryPost } from '../gateway/clients.ts';
import { logger } from '../observe/logger.ts';
import { count } from '../observe/metrics.ts';
import { METRIC } from '../shared/constants.ts';
import { type ChatEvent, chatFrame } from '../shared/event.ts';
import type { Principal } from '../shared/principal.ts';
import { loseConnection } from './lose-connection.ts';
import type { PostRate } from './post-rate.ts';

import { AT_ONCE, ATTEMPTS, pauseAfter } from './sharding.ts';

/** An open connection and its owner. An unknown owner is looked up when needed. */
export interface Recipient {
  readonly connectionId: string;
  readonly owner?: Principal | undefined;
}

/** The post rate, by default unlimited, and the deadline in epoch ms. */
export interface Pacing {
  readonly rate?: PostRate;
  readonly until?: number;
}

/** The recipients of an event, grouped by result. */
export interface Outcomes<R extends Recipient> {
  readonly sent: R[];
  /** Recipients that may be retried later: the deadline passed, or API Gateway failed. */
  readonly left: R[];
  /** Recipients whose connection is closed, or whose posts were all throttled. */
  readonly lost: R[];
}

/**
 * Posts an event to every recipient. A closed connection is removed. Status 429 means that the account exceeds its
 * rate, or that the buffer of the client is full. Such a post is retried while others continue, for a limited number of
 * attempts. A failure of one recipient is logged and does not affect others.
 */
export async function deliver<R extends Recipient>(
  recipients: Iterable<R> | AsyncIterable<R>,
  event: ChatEvent,
  pacing: Pacing = {},
): Promise<Outcomes<R>> {
  const frame = chatFrame(event);
  const outcomes: Outcomes<R> = { sent: [], left: [], lost: [] };
  /** Retries of failed posts that are still in progress. */
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

/** Makes one attempt to post to a recipient. Never throws. */
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
      await loseConnection(connectionId, owner, { found: 'gone' });
      return 'lost';
    }
    if (answer === 'refused') pacing.rate?.refused(Date.now());
    if (attempt < ATTEMPTS) return 'retry';
    if (answer === 'failed') return 'left';
    throw new Error(
      `Post failed after ${ATTEMPTS} attempts with status 429: the client reads too slowly, or the post quota is too small`,
    );
  } catch (error) {
    count(METRIC.postsFailed);
    logger.error('Frame not delivered', { connection_id: connectionId, error });
    return 'lost';
  }
}

/** Waits until the rate allows one more post. Returns false when that is after the deadline. */
async function waitForTurn({ rate, until = Number.POSITIVE_INFINITY }: Pacing): Promise<boolean> {
  const wait = rate?.turn(Date.now()) ?? 0;
  if (Date.now() + wait >= until) return false;
  if (wait > 0) await setTimeout(wait);
  return true;
}
