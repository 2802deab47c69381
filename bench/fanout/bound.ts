import { AT_ONCE, MAX_LISTED, type PostAllowance, shardsFor } from '../../functions/chat/sharding.ts';
import { ACCOUNT, CPU, MEMORY_MB, VCPU_MB } from './assumptions.ts';
import { quantile, streams } from './samples.ts';

/** The number of connections that one read returns. */
const PAGE = 100;

/**
 * A lower bound of the time (ms) until a part of an audience has an event, for any plan. It is the better of two cases:
 * - Each receiver needs in sequence the reads of the audience, a hop, more reads for large audiences, and the post.
 *   The latencies are those of the simulation with that seed. Instances are unlimited, compute in no time and share the
 *   account's post quota perfectly.
 * - One instance posts alone, without a hop.
 */
export function bound(connections: number, quota: PostAllowance, parts: readonly number[], seed: number): number[] {
  const { read, hop, post } = streams(seed);
  const admitted = read();
  const listed = connections <= MAX_LISTED;
  const found = listed ? admitted + read() : admitted;
  const hops = Array.from({ length: shardsFor(connections, quota) }, hop);
  let page = 0;
  const known = (n: number) => {
    if (n % PAGE === 0) page = listed ? read() : read() + read();
    return found + page;
  };
  const sharded = Float64Array.from({ length: connections }, (_, n) => known(n) + (hops[n % hops.length] ?? 0)).sort();
  const answered = taken(sharded).map((at) => at + post());
  const alone = posts(connections, found + page, streams(seed).post);
  return parts.map((part) => Math.min(quantile(answered.sort(), part), quantile(alone, part)));
}

/** The times at which the account accepts requests that arrive at these times, in order. */
function taken(arrivals: Float64Array): Float64Array {
  let tokens: number = ACCOUNT.burst;
  let at = 0;
  return arrivals.map((arrival) => {
    const now = Math.max(arrival, at);
    tokens = Math.min(ACCOUNT.burst, tokens + ((now - at) / 1000) * ACCOUNT.perSecond) - 1;
    // Below zero, it waits for the next token.
    at = tokens >= 0 ? now : now + (-tokens / ACCOUNT.perSecond) * 1000;
    if (tokens < 0) tokens = 0;
    return at;
  });
}

/** The time at which one instance has posted to all, with as many parallel posts as sockets. */
function posts(connections: number, from: number, post: () => number): Float64Array {
  const computing = CPU.post * (VCPU_MB / MEMORY_MB.frame);
  const sockets = new Float64Array(AT_ONCE).fill(from);
  let computed = from;
  return Float64Array.from({ length: connections }, () => {
    const free = Math.min(...sockets);
    computed = Math.max(computed, free) + computing;
    const answered = computed + post();
    sockets[sockets.indexOf(free)] = answered;
    return answered;
  }).sort();
}
