import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEARTBEAT_SHARDS } from '../../functions/shared/constants.ts';
import { ROUNDS } from '../../functions/shared/heartbeat-times.ts';
import { divideSlice, minuteAfter, minutesSince, type Slice, slicesOf } from '../../functions/store/heartbeat-slice.ts';

const MINUTE = 60_000;
const width = ({ from, to }: Slice) => to - from;

describe('the minutes of an interval', () => {
  it.each(['ping', 'check'] as const)('attend to every connection once (%s)', (round) => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.nat(ROUNDS[round] - 1), fc.nat(HEARTBEAT_SHARDS - 1), (start, due, shard) => {
        const hits = Array.from({ length: ROUNDS[round] / MINUTE }, (_, n) => slicesOf(minuteAfter(start + n * MINUTE)))
          .flat()
          .filter((slice) => slice.round === round && slice.shard === shard && slice.from <= due && due < slice.to);
        expect(hits).toHaveLength(1);
      }),
    );
  });

  it('attend to a connection within the interval after it came, and not at once', () => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.nat(MINUTE - 1), (now, offset) => {
        const runs = Array.from({ length: 5 }, (_, n) => Math.floor(now / MINUTE + n - 1) * MINUTE + offset);
        const due = now % ROUNDS.ping;
        const first = runs
          .filter((time) => time >= now)
          .find((time) =>
            slicesOf(minuteAfter(time)).some(({ round, from, to }) => round === 'ping' && from <= due && due < to),
          );
        expect(first).toBeGreaterThan(now + MINUTE);
        expect(first).toBeLessThanOrEqual(now + ROUNDS.ping);
      }),
    );
  });
});

describe('runs of the schedule', () => {
  const start = 1_700_000_040_000;

  it('leave out no minute, and do none twice, however much their seconds drift', () => {
    const drift = fc.array(fc.integer({ min: -30_000, max: 59_000 }), { minLength: 5, maxLength: 30 });
    fc.assert(
      fc.property(drift, (offsets) => {
        let last: number | undefined;
        const done: number[] = [];
        for (const [n, offset] of offsets.entries()) {
          const next = minuteAfter(start + n * MINUTE + offset);
          // Another run was faster.
          if (last !== undefined && last >= next) continue;
          done.push(...minutesSince(last, next));
          last = next;
        }
        const [first = 0] = done;
        expect(done).toEqual(done.map((_, n) => first + n * MINUTE));
      }),
    );
  });

  it('make up for a few minutes only', () => {
    expect(minutesSince(start - 60 * MINUTE, start)).toEqual([3, 2, 1, 0].map((n) => start - n * MINUTE));
    expect(minutesSince(undefined, start)).toEqual([start]);
    expect(minutesSince(start + MINUTE, start)).toEqual([start]);
  });
});

describe('a slice with too much in it', () => {
  const slice = fc
    .record({ from: fc.nat(ROUNDS.ping), length: fc.integer({ min: 2, max: MINUTE }), done: fc.nat(MINUTE - 2) })
    .map(({ from, length, done }) => {
      const whole: Slice = { round: 'ping', shard: 0, from, to: from + length };
      return { whole, rest: { ...whole, from: from + Math.min(done, length - 1) } };
    });

  it('is divided without gap or overlap, into parts that are smaller', () => {
    fc.assert(
      fc.property(slice, fc.nat(5000), fc.integer({ min: 1, max: 5000 }), ({ whole, rest }, taken, most) => {
        const parts = divideSlice(whole, rest, taken, most);
        expect(parts.map(({ from }) => from)).toEqual([rest.from, ...parts.slice(0, -1).map(({ to }) => to)]);
        expect(parts.at(-1)?.to).toBe(rest.to);
        for (const part of parts) expect(width(part)).toBeLessThan(width(whole));
      }),
    );
  });

  it('is divided into as many parts as it takes and some to spare, if it is equally full everywhere', () => {
    const whole: Slice = { round: 'ping', shard: 0, from: 0, to: MINUTE };
    expect(divideSlice(whole, { ...whole, from: 240 }, 250, 2000)).toHaveLength(35);
    expect(divideSlice(whole, { ...whole, from: 30_000 }, 250, 2000)).toHaveLength(2);
    expect(divideSlice(whole, { ...whole, from: 1 }, 250, 2000)).toHaveLength(100);
  });
});
