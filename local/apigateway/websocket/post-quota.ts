import { TokenBucket } from '../../shared/token-bucket.ts';

/** Failures of posts: throttling by API Gateway's token bucket, and faults that tests inject. */
export class PostQuota {
  readonly #bucket: TokenBucket;
  readonly #due = new Map<string, { readonly status: 429 | 500; times: number }>();

  constructor({ postsPerSecond, postBurst }: { readonly postsPerSecond: number; readonly postBurst: number }) {
    this.#bucket = new TokenBucket(postsPerSecond, postBurst);
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
    return this.#bucket.take(now) ? undefined : 429;
  }
}
