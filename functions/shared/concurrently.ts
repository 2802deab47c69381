/** Does some work for everything that a source yields, so many at once. The first failure ends it. */
export async function concurrently<T>(
  source: Iterable<T> | AsyncIterable<T>,
  atOnce: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const queue = iterate(source);
  const worker = async () => {
    for (;;) {
      const { done, value } = await queue.next();
      if (done) return;
      await work(value);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** One queue for all workers, whatever the source is. */
async function* iterate<T>(source: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, undefined> {
  yield* source;
  return undefined;
}
