import { TokenBucket } from '../../shared/token-bucket.ts';

/** What goes wrong with posts: too many for API Gateway's token bucket, and those that a test wants to fail. */
export class PostQuota {
  readonly #bucket: TokenBucket;
  readonly #due = new Map<string, { readonly status: 429 | 500; times: number }>();

  constructor({ postsPerSecond, postBurst }: { readonly postsPerSecond: number; readonly postBurst: number }) {
    this.#bucket = new TokenBucket(postsPerSecond, postBurst);
  }

  /** The next posts to a connection fail. */
  fail(connectionId: string, status: 429 | 500, times: number): void {
    this.#due.set(connectionId, { status, times });
  }

  /** How a post to a connection at that moment (epoch ms) fails, if it does. */
  failure(connectionId: string, now: number): 429 | 500 | undefined {
    const due = this.#due.get(connectionId);
    if (due && due.times > 0) {
      due.times -= 1;
      return due.status;
    }
    return this.#bucket.take(now) ? undefined : 429;
  }
}
