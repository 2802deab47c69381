import type { Principal } from '../shared/principal.ts';

/** Posts that somebody may make: so many in a second, and as many more at once. */
export interface PostAllowance {
  readonly perSecond: number;
  readonly burst: number;
}

/** How many posts are under way at once: as many as the SDK keeps sockets for. */
export const AT_ONCE = 50;

/** How often a post is tried, with longer and longer pauses (ms): some eight seconds in all. */
export const ATTEMPTS = 8;
export const pauseAfter = (attempt: number, random = Math.random()) => random * Math.min(4000, 100 * 2 ** attempt);

/** To so many connections an invocation posts by itself, and is done sooner than others would have started. */
export const MAX_DIRECT = 100;

/** The connections of so many members are found by the invocation that has the message: twelve reads in all. */
export const MAX_LISTED = 1000;

/** How many members a group or room may have for all of them to be told of its changes. */
export const ALL_TOLD = { group: MAX_LISTED, room: 100 } as const;

/** How many recipients one job names: even with the longest ids and content, Lambda takes it (1 MB). */
export const MAX_IN_JOB = 1000;

/** So many connections are worth a shard: starting one more invocation takes as long as some ten posts. */
const WORTH_A_SHARD = 50;

/** How many posts per second one shard is relied upon to make; computing alone would allow some 2000. */
const SHARD_RATE = 300;

/**
 * How many shards share an audience. A power of two, so that ranges fall into parts of one length. Neither would more of
 * them be sooner done, as the allowance is used up, nor do they take the account's concurrency away from others.
 * @param connections how many there are, or may be
 */
export function shardsFor(connections: number, { perSecond }: PostAllowance): number {
  const wanted = Math.min(connections / WORTH_A_SHARD, perSecond / SHARD_RATE);
  return 2 ** Math.ceil(Math.log2(Math.max(1, wanted)));
}

/** What one of several shards may post, so that all of them together keep to the allowance. */
export function shareOf({ perSecond, burst }: PostAllowance, shards: number): PostAllowance {
  return { perSecond: perSecond / shards, burst: burst / shards };
}

/** Numbers from one up to another, which is not among them. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** Cuts a range into so many parts, or into numbers where there are not so many. */
export function splitRange({ from, to }: NumberRange, parts: number): NumberRange[] {
  const count = Math.min(parts, to - from);
  const edge = (n: number) => from + Math.floor(((to - from) * n) / count);
  return Array.from({ length: count }, (_, n) => ({ from: edge(n), to: edge(n + 1) }));
}

/** Deals recipients out to so many shards, or to more, if a job could not name them; those of one owner to one of them. */
export function splitRecipients<R extends { readonly owner?: Principal | undefined }>(
  recipients: readonly R[],
  shards: number,
): R[][] {
  // Half as many, because the devices of the last owner come on top.
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
