import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beat, type Eio, nextBeatAt, type Pulse } from '../../functions/protocol/index.ts';

const times = { pingInterval: 300, pingTimeout: 200 };

describe('the heartbeat of Engine.IO 4', () => {
  it('pings one interval after the opening', () => {
    const pulse = { heardAt: 1000 };
    expect(nextBeatAt(4, pulse, times)).toBe(1300);
    expect(beat(4, pulse, times, 1299)).toBe('wait');
    expect(beat(4, pulse, times, 1300)).toBe('ping');
  });

  it('waits for the pong as long as the timeout, and then closes', () => {
    const pulse = { heardAt: 1000, pingedAt: 1300 };
    expect(nextBeatAt(4, pulse, times)).toBe(1500);
    expect(beat(4, pulse, times, 1499)).toBe('wait');
    expect(beat(4, pulse, times, 1500)).toBe('close');
  });

  it('pings one interval after the last ping, once it was answered', () => {
    const pulse = { heardAt: 1499, pingedAt: 1300 };
    expect(nextBeatAt(4, pulse, times)).toBe(1600);
    expect(beat(4, pulse, times, 1599)).toBe('wait');
    expect(beat(4, pulse, times, 1600)).toBe('ping');
  });

  it('takes a pong in the millisecond of the ping for its answer', () => {
    expect(beat(4, { heardAt: 1300, pingedAt: 1300 }, times, 1600)).toBe('ping');
  });

  it('pings at once when the answer took longer than an interval', () => {
    const slow = { pingInterval: 100, pingTimeout: 500 };
    expect(beat(4, { heardAt: 1000, pingedAt: 1100 }, slow, 1300)).toBe('wait');
    expect(beat(4, { heardAt: 1300, pingedAt: 1100 }, slow, 1300)).toBe('ping');
  });
});

describe('the heartbeat of Engine.IO 3', () => {
  it('ends without activity for the sum of interval and timeout', () => {
    const pulse = { heardAt: 1000 };
    expect(nextBeatAt(3, pulse, times)).toBe(1500);
    expect(beat(3, pulse, times, 1499)).toBe('wait');
    expect(beat(3, pulse, times, 1500)).toBe('close');
    expect(beat(3, { heardAt: 1400 }, times, 1500)).toBe('wait');
  });
});

describe('the heartbeat of both', () => {
  it('has something to do exactly from the moment it names', () => {
    const moment = fc.nat(1_000_000);
    fc.assert(
      fc.property(
        fc.constantFrom<Eio>(3, 4),
        fc.record<Pulse>({ heardAt: moment, pingedAt: fc.option(moment, { nil: undefined }) }),
        fc.record({ pingInterval: fc.integer({ min: 1, max: 9999 }), pingTimeout: fc.integer({ min: 1, max: 9999 }) }),
        (eio, pulse, anyTimes) => {
          const next = nextBeatAt(eio, pulse, anyTimes);
          expect(beat(eio, pulse, anyTimes, next - 1)).toBe('wait');
          expect(beat(eio, pulse, anyTimes, next)).not.toBe('wait');
        },
      ),
    );
  });
});
