import { setTimeout } from 'node:timers/promises';

/** Does some work for all of them, at most so many at once and in a second. */
export async function throttled<T>(
  all: readonly T[],
  perSecond: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let n = 0; n < all.length; n += perSecond) {
    const last = n + perSecond >= all.length;
    await Promise.all([...all.slice(n, n + perSecond).map(work), last || setTimeout(1000)]);
  }
}
