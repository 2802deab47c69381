import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offsetOf, parseOffset, parsePid, pidOf, presenceMark } from '../../functions/chat/position.ts';
import {
  isFresh,
  isTraced,
  knowsPresence,
  MOST_AGE_MS,
  missed,
  SLACK_MS,
} from '../../functions/chat/recovery-rules.ts';
import { ID } from '../../functions/shared/principal.ts';

const moment = fc.integer({ min: 1_795_000_000_000, max: 1_796_000_000_000 });
const id = fc.stringMatching(/^[\w-]{1,20}$/);

describe('offsets and pids', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(moment, id, id, (at, event, app) => {
        expect(parseOffset(offsetOf(at, event))).toEqual({ at, event });
        const [session, user] = [
          { connectionId: 'Vs4T6SzaHtXlPuk=', since: at },
          { app, kind: 'user', id: event } as const,
        ];
        expect(parsePid(pidOf(session, user), user)).toEqual(session);
        expect(parsePid(pidOf(session, user), { ...user, id: `${event}x` })).toBeUndefined();
      }),
    );
  });

  it('are nothing that anybody can be called', () => {
    fc.assert(fc.property(fc.stringMatching(ID), (name) => parseOffset(name) === undefined));
  });

  it('are not read from anything else', () => {
    const user = { app: 'app', kind: 'user', id: 'tom' } as const;
    fc.assert(fc.property(fc.string(), (text) => parsePid(text, user) === undefined));
    fc.assert(fc.property(fc.anything(), (value) => parseOffset(value) === undefined));
  });
});

/**
 * A life as it may be: events look up their receivers at a moment, and are posted within the slack after it to the
 * connections that they found. What is posted after the cut is lost.
 */
const life = fc.record({
  events: fc.uniqueArray(
    fc.record({ at: fc.integer({ min: 0, max: 40_000 }), lag: fc.integer({ min: 1, max: SLACK_MS - 100 }) }),
    { selector: ({ at }) => at, maxLength: 25 },
  ),
  cut: fc.integer({ min: 5000, max: 20_000 }),
  away: fc.integer({ min: 0, max: 15_000 }),
  registering: fc.integer({ min: 1, max: 50 }),
});

describe('what was missed', () => {
  it('is exactly what was posted to nobody, whenever it is certain', () => {
    let certain = 0;
    fc.assert(
      fc.property(life, ({ events, cut, away, registering }) => {
        const registration = { before: cut + away, done: cut + away + registering };
        const sent = events.map(({ at, lag }, n) => ({
          id: `${String(at).padStart(6, '0')}-${n}`,
          at,
          posted: at + lag,
        }));
        // A look during the registration may find the new connection or not.
        const finds = ({ at }: { at: number }) => at > registration.done || (at > registration.before && at % 2 === 0);
        const seen = sent.filter((one) => !finds(one) && one.posted < cut).sort((a, b) => a.posted - b.posted);
        const last = seen.at(-1);
        if (!last) return;
        const owed = sent.filter((one) => !finds(one) && !seen.includes(one));
        const found = missed({ at: last.at, event: last.id }, registration, sent);
        if (!found) return;
        certain += 1;
        expect(found.map(({ id }) => id)).toEqual(owed.map(({ id }) => id).sort());
      }),
      { numRuns: 3000 },
    );
    expect(certain).toBeGreaterThan(100);
  });

  it('is certain at a human pace', () => {
    const sent = [0, 3000, 6000, 9000].map((at) => ({ id: String(at), at }));
    const registration = { before: 12_000, done: 12_030 };
    expect(missed({ at: 3000, event: '3000' }, registration, sent)?.map(({ id }) => id)).toEqual(['6000', '9000']);
    expect(missed({ at: 9000, event: '9000' }, registration, sent)).toEqual([]);
  });

  it('is not certain of what came together with the last event seen, or with the return', () => {
    const registration = { before: 12_000, done: 12_030 };
    const around = (at: number) => missed({ at: 5000, event: 'seen' }, registration, [{ id: 'other', at }]);
    for (const at of [4000, 4999, 5000, 6000, 11_001, 12_010, 12_230]) expect(around(at)).toBeUndefined();
    expect(around(3999)).toEqual([]);
    expect(around(12_231)).toEqual([]);
  });
});

describe('a position', () => {
  const position = { at: 100_000_000, event: presenceMark('online', 'tom') };

  it('is fresh from the floor on, until it is too old, and not in the future', () => {
    expect(isFresh(position, position.at, position.at)).toBe(true);
    expect(isFresh(position, position.at, position.at + MOST_AGE_MS)).toBe(true);
    expect(isFresh(position, position.at, position.at + MOST_AGE_MS + 1)).toBe(false);
    expect(isFresh(position, position.at + 1, position.at + 2)).toBe(false);
    expect(isFresh(position, 0, position.at - 1)).toBe(false);
  });

  it('is no use once something passed without a trace', () => {
    expect(isTraced(position, 0)).toBe(true);
    expect(isTraced(position, position.at - SLACK_MS)).toBe(false);
    expect(isTraced(position, position.at + 1)).toBe(false);
  });

  it('knows the presence of friends as it was, and that by which it is', () => {
    expect(knowsPresence(position, 'jerry', {})).toBe(true);
    expect(knowsPresence(position, 'jerry', { since: position.at - 60_000, gone: position.at - 90_000 })).toBe(true);
    expect(knowsPresence(position, 'jerry', { since: position.at - 1000 })).toBe(false);
    expect(knowsPresence(position, 'jerry', { gone: position.at + 1000 })).toBe(false);
    expect(knowsPresence(position, 'tom', { since: position.at - 10 })).toBe(true);
    expect(knowsPresence(position, 'tom', { since: position.at + 10 })).toBe(false);
    expect(knowsPresence(position, 'tom', { gone: position.at - 10 })).toBe(false);
  });
});
