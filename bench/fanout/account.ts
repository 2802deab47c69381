import type { PostAllowance } from '../../functions/chat/sharding.ts';

/** The token bucket of API Gateway. It rejects requests above the quota. */
export class Account {
  readonly #quota: PostAllowance;
  #tokens: number;
  #at = 0;

  constructor(quota: PostAllowance) {
    this.#quota = quota;
    this.#tokens = quota.burst;
  }

  /** Whether it accepts a request at that time (ms). Calls must be in order of time. */
  takes(now: number): boolean {
    const { perSecond, burst } = this.#quota;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
