import type { PostAllowance } from './sharding.ts';

/** Messages go before notices, which are all that nobody waits for: presence, and what the application has to say. */
export type Priority = 'message' | 'notice';

/**
 * Nobody counts the posts of all functions, so each adapts to being refused, as TCP does: a refusal cuts the rate, time
 * brings it back. Notices begin with half of what a deployment leaves to others anyway, so that they do not disturb a message;
 * they give up more and take longer to come back, so that under pressure messages get most of what there is.
 */
const BEHAVIOR = {
  message: { begins: 1, keeps: 1 / 2, recoversInS: 2 },
  notice: { begins: 1 / 20, keeps: 1 / 4, recoversInS: 30 },
} as const;

/** Refusals so close to one another (ms) tell of the same pressure. */
const SAME_MS = 100;

/** Who starts later than that was not late but tried again. */
const MAX_LATE_MS = 1000;

/** A token bucket whose rate adapts. Knows no clock: times are epoch ms, or whatever the caller counts in ms. */
export class PostRate {
  readonly #share: PostAllowance;
  readonly #behavior: (typeof BEHAVIOR)[Priority];
  #perSecond: number;
  /** Below zero by as many as wait for their turn. */
  #tokens: number;
  #at: number;
  #cutAt = Number.NEGATIVE_INFINITY;

  /**
   * @param since when the shares were given: who starts late may use what they could have posted since then, and all
   *   together still keep to the allowance
   */
  constructor(share: PostAllowance, priority: Priority, now: number, since = now) {
    this.#share = share;
    this.#behavior = BEHAVIOR[priority];
    this.#perSecond = share.perSecond * this.#behavior.begins;
    const late = Math.min(Math.max(0, now - since), MAX_LATE_MS);
    this.#tokens = Math.max(1, share.burst * this.#behavior.begins + (late / 1000) * this.#perSecond);
    this.#at = now;
  }

  /** Takes a turn; answers in how many ms it comes. */
  turn(now: number): number {
    this.#pass(now);
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000;
  }

  /** Notes that a post was refused for being one too many. */
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
