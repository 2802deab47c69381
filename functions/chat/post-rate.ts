import type { PostAllowance } from './sharding.ts';

/**
 * Messages have priority over notices. Notices are presence events and events from the application, which no user waits
 * for.
 */
export type Priority = 'message' | 'notice';

/**
 * No component counts the posts of all functions. So each invocation adapts to throttling, as TCP does: throttling
 * reduces the rate, and time restores it. Notices start at a small fraction of their share, so that they do not delay
 * messages. They back off further and recover more slowly, so that messages get most of the capacity under load.
 */
const BEHAVIOR = {
  message: { begins: 1, keeps: 1 / 2, recoversInS: 2 },
  notice: { begins: 1 / 20, keeps: 1 / 4, recoversInS: 30 },
} as const;

/** Throttled posts within this time (ms) count as one signal. */
const SAME_MS = 100;

/** An invocation that starts later than this (ms) is a retry, so it gets no credit for its delay. */
const MAX_LATE_MS = 1000;

/** A token bucket with an adaptive rate. It has no clock: callers pass times in ms, such as epoch ms. */
export class PostRate {
  readonly #share: PostAllowance;
  readonly #behavior: (typeof BEHAVIOR)[Priority];
  #perSecond: number;
  /** Available tokens. A negative number counts the posts that wait. */
  #tokens: number;
  #at: number;
  #cutAt = Number.NEGATIVE_INFINITY;

  /**
   * @param since when the shares were assigned. A late start may use the tokens since then, and the total stays within
   * the allowance.
   */
  constructor(share: PostAllowance, priority: Priority, now: number, since = now) {
    this.#share = share;
    this.#behavior = BEHAVIOR[priority];
    this.#perSecond = share.perSecond * this.#behavior.begins;
    const late = Math.min(Math.max(0, now - since), MAX_LATE_MS);
    this.#tokens = Math.max(1, share.burst * this.#behavior.begins + (late / 1000) * this.#perSecond);
    this.#at = now;
  }

  /** Takes a token. Returns the time until the post may start, in ms. */
  turn(now: number): number {
    this.#pass(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000;
  }

  /** Reduces the rate after a throttled post. */
  refused(now: number): void {
    this.#pass(now);
    if (now - this.#cutAt < SAME_MS) return;
    this.#cutAt = now;
    this.#tokens = Math.min(this.#tokens, 0);
    this.#perSecond = Math.max(1, this.#perSecond * this.#behavior.keeps);
  }

  #pass(now: number): void {
    const seconds = Math.max(0, now - this.#at) / 1000;
    const { perSecond, burst } = this.#share;
    const capacity = Math.max(1, burst, this.#tokens);
    this.#tokens = Math.min(capacity, this.#tokens + seconds * this.#perSecond);
    const regained = (perSecond * seconds) / this.#behavior.recoversInS;
    this.#perSecond = Math.max(this.#perSecond, Math.min(perSecond, this.#perSecond + regained));
    this.#at = Math.max(this.#at, now);
  }
}
