import { COLD, HOP, type Latency, POST, READ } from './assumptions.ts';

/** Seeded random numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The 99th percentile in standard deviations. */
const Z99 = 2.326;

/** Draws latencies (ms). */
function latencies({ p50, p99 }: Latency, random: () => number): () => number {
  const mean = Math.log(p50);
  const deviation = Math.log(p99 / p50) / Z99;
  return () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.exp(mean + deviation * normal);
  };
}

/** Seeded, independent streams of latencies (ms). */
export function streams(seed: number) {
  const stream = (latency: Latency, n: number) => latencies(latency, randomFrom(seed * 8 + n));
  return { hop: stream(HOP, 0), cold: stream(COLD, 1), post: stream(POST, 2), read: stream(READ, 3) };
}

/** The quantile of values. */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
