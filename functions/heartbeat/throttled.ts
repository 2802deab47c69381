import { setTimeout } from 'node:timers/promises';

/** Runs a task for every item, with a limit on concurrency and on tasks per second. */
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
