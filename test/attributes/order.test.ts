import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Sort, sorted } from '../../functions/attributes/order.ts';

const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.array(fc.integer(), { maxLength: 2 }),
);
const found = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-z0-9]{1,4}$/),
    ts: fc.integer({ min: 0, max: 3 }),
    attributes: fc.dictionary(fc.constantFrom('a', 'b'), value),
  }),
  { selector: ({ id }) => id },
);
const sort = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'ts', 'createdAt', 'c'), fc.constantFrom('asc', 'desc')), {
  maxLength: 3,
});

const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

describe('the order of what is found', () => {
  it('does not depend on the order that it is found in', () => {
    fc.assert(
      fc.property(found, sort, fc.infiniteStream(fc.nat()), (list, by, random) => {
        const shuffled = list.map((one) => ({ one, at: random.next().value })).sort((a, b) => a.at - b.at);
        expect(
          ids(
            sorted(
              shuffled.map(({ one }) => one),
              by,
            ),
          ),
        ).toEqual(ids(sorted(list, by)));
      }),
    );
  });

  it('comes part by part to the same as at once', () => {
    fc.assert(
      fc.property(found, sort, fc.nat(5), (list, by, most) => {
        const half = Math.floor(list.length / 2);
        const first = sorted(list.slice(0, half), by).slice(0, most);
        expect(ids(sorted([...first, ...list.slice(half)], by).slice(0, most))).toEqual(
          ids(sorted(list, by).slice(0, most)),
        );
      }),
    );
  });

  it('is turned round by a minus, but for what has no value', () => {
    fc.assert(
      fc.property(found, (list) => {
        const by = (direction: 'asc' | 'desc'): Sort[] => [['a', direction]];
        const has = ({ attributes }: { attributes: Record<string, unknown> }) =>
          typeof [attributes.a].flat()[0] !== 'undefined' && attributes.a !== null;
        const key = ({ attributes }: { attributes: Record<string, unknown> }) => [attributes.a].flat()[0];
        const [up, down] = [sorted(list, by('asc')), sorted(list, by('desc'))];
        const missing = up.length - up.filter(has).length;
        expect(up.slice(up.length - missing).some(has)).toBe(false);
        expect(down.slice(down.length - missing).some(has)).toBe(false);
        expect(down.filter(has).map(key).reverse().map(String)).toEqual(up.filter(has).map(key).map(String));
      }),
    );
  });
});
