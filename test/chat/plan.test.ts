import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PostRate, type Priority } from '../../functions/chat/post-rate.ts';
import { MAX_IN_JOB, shardsFor, shareOf, splitRange, splitRecipients } from '../../functions/chat/sharding.ts';
import { DeliverJob } from '../../functions/jobs/deliver.ts';

const quota = fc.record({
  perSecond: fc.integer({ min: 1, max: 100_000 }),
  burst: fc.integer({ min: 1, max: 50_000 }),
});
const size = fc.integer({ min: 1, max: 2_000_000 });

describe('shards', () => {
  it('are a power of two, share what may be posted and no more, and do not become fewer with the audience', () => {
    fc.assert(
      fc.property(quota, size, size, (allowance, one, other) => {
        const shards = shardsFor(one, allowance);
        expect(Number.isInteger(Math.log2(shards))).toBe(true);
        const share = shareOf(allowance, shards);
        expect(share.perSecond * shards).toBeLessThanOrEqual(allowance.perSecond * (1 + 1e-9));
        expect(share.burst * shards).toBeLessThanOrEqual(allowance.burst * (1 + 1e-9));
        expect(shardsFor(one + other, allowance)).toBeGreaterThanOrEqual(shards);
        expect(shards).toBeLessThanOrEqual(Math.max(1, (2 * allowance.perSecond) / 600));
      }),
    );
  });

  it('take ranges that follow on one another, none of them empty', () => {
    fc.assert(
      fc.property(
        fc.nat(300),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        (from, length, parts) => {
          const ranges = splitRange({ from, to: from + length }, parts);
          expect(ranges.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, n) => from + n))).toEqual(
            Array.from({ length }, (_, n) => from + n),
          );
          expect(ranges.every(({ from, to }) => to > from)).toBe(true);
          expect(ranges).toHaveLength(Math.min(parts, length));
        },
      ),
    );
  });

  it('are dealt every recipient once, all of one owner to one of them, in jobs that Lambda takes', () => {
    const owner = (id: string) => ({ app: 'a', kind: 'user' as const, id });
    const recipient = fc.record({
      connectionId: fc.uuid(),
      owner: fc.option(
        fc.integer({ min: 0, max: 50 }).map((n) => owner(`user-${n}`)),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(recipient, { selector: (one) => one.connectionId, maxLength: 400 }),
        fc.integer({ min: 1, max: 64 }),
        (recipients, shards) => {
          const dealt = splitRecipients(recipients, shards);
          const order = (one: { connectionId: string }, other: { connectionId: string }) =>
            one.connectionId < other.connectionId ? -1 : 1;
          expect(dealt.flat().sort(order)).toEqual([...recipients].sort(order));
          const homes = new Map<string, Set<number>>();
          for (const [n, part] of dealt.entries()) {
            for (const { owner } of part) if (owner) homes.set(owner.id, (homes.get(owner.id) ?? new Set()).add(n));
          }
          for (const home of homes.values()) expect(home.size).toBe(1);
          expect(dealt.length).toBeLessThanOrEqual(shards);
        },
      ),
    );
    // The largest jobs: the maximum number of devices per user, with the longest ids and content.
    const recipients100 = Array.from({ length: 100 }, (_, user) =>
      Array.from({ length: 100 }, () => ({
        connectionId: 'L0SM9cOFvHcCIhw=',
        owner: owner(String(user).padEnd(128, 'x')),
      })),
    ).flat();
    for (const recipients of splitRecipients(recipients100, 1)) {
      expect(recipients.length).toBeLessThanOrEqual(MAX_IN_JOB);
      const job = DeliverJob.parse({
        app: 'a'.repeat(64),
        event: { name: 'message', args: [{ content: 'x'.repeat(28 * 1024), remark: 'x'.repeat(2048) }] },
        priority: 'message',
        part: { kind: 'recipients', recipients },
        share: { perSecond: 1, burst: 1, since: Date.now() },
      });
      expect(Buffer.byteLength(JSON.stringify(job))).toBeLessThan(1024 * 1024);
    }
  });
});

/**
 * The times at which posts from an endless source go out, until a limit (ms). Posts above the account quota are
 * throttled.
 */
function posts(rate: PostRate, from: number, until: number, refused: (at: number) => boolean = () => false): number[] {
  const sent: number[] = [];
  for (let now = from; now < until; ) {
    now += rate.turn(now);
    if (now >= until) break;
    if (refused(now)) rate.refused(now);
    else sent.push(now);
    now += 0.01;
  }
  return sent;
}

describe('the rate of posts', () => {
  it.each<Priority>(['message', 'notice'])(
    'of a %s never exceeds its share, counted from when it was given',
    { tags: 'slow' },
    (priority) => {
      const share = fc.record({
        perSecond: fc.integer({ min: 1, max: 2000 }),
        burst: fc.integer({ min: 1, max: 500 }),
      });
      fc.assert(
        fc.property(
          share,
          fc.integer({ min: 0, max: 1000 }),
          fc.array(fc.boolean(), { maxLength: 50 }),
          (share, late, refusals) => {
            const rate = new PostRate(share, priority, late, 0);
            const sent = posts(rate, late, late + 3000, () => refusals.pop() ?? false);
            for (const [n, at] of sent.entries()) {
              expect(n + 1).toBeLessThanOrEqual(1 + share.burst + (share.perSecond * (at + 1)) / 1000);
            }
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  const share = { perSecond: 1000, burst: 100 };
  const second = (sent: readonly number[], n: number) => sent.filter((at) => Math.floor(at / 1000) === n).length;

  it('of a message is all of its share, halved by a refusal, and all of it again two seconds later', () => {
    let refused = false;
    const sent = posts(new PostRate(share, 'message', 0), 0, 6000, (at) => {
      if (refused || at < 2000) return false;
      refused = true;
      return true;
    });
    expect(second(sent, 1)).toBeCloseTo(1000, -2);
    expect(second(sent, 2)).toBeGreaterThan(550);
    expect(second(sent, 2)).toBeLessThan(750);
    expect(second(sent, 5)).toBeCloseTo(1000, -2);
  });

  it('of a notice begins with little, and grows by time alone', () => {
    const sent = posts(new PostRate(share, 'notice', 0), 0, 40_000);
    expect(second(sent, 0)).toBeLessThan(150);
    expect(second(sent, 39)).toBeCloseTo(1000, -2);
  });

  it('gives messages most of an account that both press upon', () => {
    const rates = { message: new PostRate(share, 'message', 0), notice: new PostRate(share, 'notice', 0) };
    const sent = { message: 0, notice: 0 };
    const due = { message: 0, notice: 0 };
    let tokens = 100;
    for (let now = 0; now < 20_000; now += 1) {
      tokens = Math.min(100, tokens + 1);
      for (const priority of ['message', 'notice'] as const) {
        while (due[priority] <= now) {
          due[priority] = now + Math.max(0.1, rates[priority].turn(now));
          if (tokens < 1) rates[priority].refused(now);
          else {
            tokens -= 1;
            sent[priority] += 1;
          }
        }
      }
    }
    expect(sent.message).toBeGreaterThan(5 * sent.notice);
    expect(sent.notice).toBeGreaterThan(0);
  });
});
