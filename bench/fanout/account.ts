import type { PostAllowance } from '../../functions/chat/sharding.ts';

/** API Gateway's own token bucket: what is too much for it is refused. */
export class Account {
  readonly #quota: PostAllowance;
  #tokens: number;
  #at = 0;

  constructor(quota: PostAllowance) {
    this.#quota = quota;
    this.#tokens = quota.burst;
  }

  /** Whether it takes a request at that moment (ms); moments come in order. */
  takes(now: number): boolean {
    const { perSecond, burst } = this.#quota;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
