import type { Principal } from '../shared/principal.ts';

/** A post allowance: posts per second, plus a burst. */
export interface PostAllowance {
  readonly perSecond: number;
  readonly burst: number;
}

/** Maximum concurrent posts of an invocation, and so its maximum of open connections to API Gateway. */
export const AT_ONCE = 50;

/** Maximum attempts of a post. The pauses (ms) grow exponentially and total about eight seconds. */
export const ATTEMPTS = 8;
export const pauseAfter = (attempt: number, random = Math.random()) => random * Math.min(4000, 100 * 2 ** attempt);

/** Up to this number of connections, posting directly is faster than starting other invocations. */
export const MAX_DIRECT = 100;

/** Up to this number of members, the invocation that has the message reads the connections: twelve reads in total. */
export const MAX_LISTED = 1000;

/** How many members a group or room may have for all of them to be told of its changes. */
export const ALL_TOLD = { group: MAX_LISTED, room: 100 } as const;

/** How many recipients one job names: even with the longest ids and content, Lambda takes it (1 MB). */
export const MAX_IN_JOB = 1000;

/** Minimum connections per shard. Starting an invocation takes as long as about ten posts. */
const WORTH_A_SHARD = 50;

/** Expected posts per second of one shard. The CPU alone would allow about 2000. */
const SHARD_RATE = 300;

/**
 * The number of shards for an audience. It is a power of two, so that ranges split evenly. More shards would exceed the
 * post allowance, and would use concurrency that other functions of the account need.
 * @param connections the number of connections, or an upper bound
 */
export function shardsFor(connections: number, { perSecond }: PostAllowance): number {
  const wanted = Math.min(connections / WORTH_A_SHARD, perSecond / SHARD_RATE);
  return 2 ** Math.ceil(Math.log2(Math.max(1, wanted)));
}

/** The share of one shard, so that all shards together stay within the allowance. */
export function shareOf({ perSecond, burst }: PostAllowance, shards: number): PostAllowance {
  return { perSecond: perSecond / shards, burst: burst / shards };
}

/** Integers from `from` to `to`, without `to`. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** Splits a range into `parts` ranges, or into single numbers if it has fewer. */
export function splitRange({ from, to }: NumberRange, parts: number): NumberRange[] {
  const count = Math.min(parts, to - from);
  const edge = (n: number) => from + Math.floor(((to - from) * n) / count);
  return Array.from({ length: count }, (_, n) => ({ from: edge(n), to: edge(n + 1) }));
}

/**
 * Distributes recipients over shards, and keeps those of one owner together. Adds shards if a job would exceed its
 * maximum.
 */
export function splitRecipients<R extends { readonly owner?: Principal | undefined }>(
  recipients: readonly R[],
  shards: number,
): R[][] {
  // Half the maximum, because the devices of the last owner may exceed the size.
  const count = Math.max(shards, Math.ceil(recipients.length / (MAX_IN_JOB / 2)));
  const size = Math.ceil(recipients.length / count);
  const dealt: R[][] = [];
  for (const owned of byOwner(recipients)) {
    const last = dealt.at(-1);
    if (last && last.length < size) last.push(...owned);
    else dealt.push([...owned]);
  }
  return dealt;
}

function byOwner<R extends { readonly owner?: Principal | undefined }>(recipients: readonly R[]): Iterable<R[]> {
  const groups = new Map<unknown, R[]>();
  for (const recipient of recipients) {
    const key = recipient.owner?.id ?? recipient;
    groups.set(key, [...(groups.get(key) ?? []), recipient]);
  }
  return groups.values();
}
