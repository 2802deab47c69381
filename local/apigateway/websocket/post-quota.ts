/** Failures of posts: throttling by API Gateway's token bucket, and faults that tests inject. */
export class PostQuota {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at = Number.NEGATIVE_INFINITY;
  readonly #due = new Map<string, { readonly status: 429 | 500; times: number }>();

  constructor({ postsPerSecond, postBurst }: { readonly postsPerSecond: number; readonly postBurst: number }) {
    this.#perSecond = postsPerSecond;
    this.#burst = postBurst;
    this.#tokens = postBurst;
  }

  /** Makes the next posts to a connection fail. */
  fail(connectionId: string, status: 429 | 500, times: number): void {
    this.#due.set(connectionId, { status, times });
  }

  /** The failure of a post to a connection at that time (epoch ms), if any. */
  failure(connectionId: string, now: number): 429 | 500 | undefined {
    const due = this.#due.get(connectionId);
    if (due && due.times > 0) {
      due.times -= 1;
      return due.status;
    }
    return this.#takes(now) ? undefined : 429;
  }

  #takes(now: number): boolean {
    if (this.#burst === Number.POSITIVE_INFINITY) return true;
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
