/**
 * Delays the invocations of some functions by random times that are the same in every run with the same seed.
 * @param most the largest delay in milliseconds
 * @param functions the starts of their logical ids, such as `Message`; all functions when there are none
 */
export function randomDelay(most: number, seed: number, ...functions: string[]): (functionId: string) => number {
  const next = generator(seed);
  return (functionId) => {
    const delayed = functions.length === 0 || functions.some((prefix) => functionId.startsWith(prefix));
    return delayed ? Math.round(next() * most) : 0;
  };
}

/** Numbers from 0 up to 1, by the method mulberry32. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
