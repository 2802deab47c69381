import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, excludes, indexValue } from '../../functions/attributes/entries.ts';
import { COMPARED_CHARACTERS, parsePattern } from '../../functions/attributes/pattern.ts';
import { StepBudget } from '../../functions/attributes/step-budget.ts';
import { compareText, fold } from '../../functions/attributes/text.ts';

const literally = (text: string) => text.replace(/[\\*?]/g, '\\$&');
const text = fc.string({ unit: 'binary' });
const folding = fc.string({ unit: fc.constantFrom(...'aAbBßẞſsSKkµμΣσςİıIiǅǆﬁ*?\\\0\u{10400}\u{10428}') });
const any = fc.oneof(text, folding);

describe('a pattern', () => {
  it('without wildcards fits the text that it spells, and no other', () => {
    fc.assert(
      fc.property(any, any, (value, other) => {
        const pattern = parsePattern(literally(value));
        expect(pattern.equality).toBe(true);
        expect(pattern.test(value)).toBe(true);
        expect(pattern.test(other)).toBe(value === other);
      }),
    );
  });

  it('matches any text in place of its wildcards, without regard to case', () => {
    const part = fc.oneof(
      any.map((value) => ({ pattern: literally(value), value })),
      any.map((value) => ({ pattern: '*', value })),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map((value) => ({ pattern: '?', value })),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const pattern = parsePattern(`${parts.map((one) => one.pattern).join('')}*`);
        const value = parts.map((one) => one.value).join('');
        expect(pattern.test(value)).toBe(true);
        expect(pattern.test(fold(value))).toBe(true);
      }),
    );
  });

  it('agrees with a regular expression', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?') });
    fc.assert(
      fc.property(few, fc.string({ unit: fc.constantFrom('a', 'b', 'B') }), (glob, value) => {
        if (!/[*?]/.test(glob)) return;
        const expression = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
        expect(parsePattern(glob).test(value)).toBe(expression.test(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('that fits a value by its prefix finds it in the index', () => {
    fc.assert(
      fc.property(any, any, (start, rest) => {
        const value = (start + rest).repeat(20);
        const pattern = parsePattern(`${literally(start)}*`);
        fc.pre(pattern.test(value));
        expect(indexValue(value).startsWith(indexValue(pattern.prefix))).toBe(true);
        expect(excludes(pattern, indexValue(value))).toBe(false);
        expect(excludes(parsePattern(`*${literally(rest)}`), indexValue(value))).toBe(false);
      }),
    );
  });

  it.each([
    ['\\', '\\', true],
    ['a\\', 'a\\', true],
    ['\\a', 'a', true],
    ['\\\\', '\\', true],
    ['\\*', '*', true],
    ['\\**', '*ab', true],
    ['\\**', 'ab', false],
    ['*', '', true],
    ['?', '', false],
    ['?', '\u{1f99c}', true],
    ['??', '\u{1f99c}', false],
    ['stra?e', 'STRAßE', true],
    ['Σ*', 'ς', true],
  ])('%s against %s: %s', (pattern, value, fits) => {
    expect(parsePattern(pattern).test(value)).toBe(fits);
  });

  it('that is made to take long does not', () => {
    const pattern = parsePattern('*a'.repeat(128));
    const start = performance.now();
    expect(pattern.test(`${'a'.repeat(COMPARED_CHARACTERS - 1)}b`)).toBe(false);
    expect(pattern.test('a'.repeat(32_000))).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('sees the beginning of a long value only', () => {
    const value = `${'a'.repeat(COMPARED_CHARACTERS)}b`;
    expect(parsePattern('a*a').test(value)).toBe(true);
    expect(parsePattern('a*b').test(value)).toBe(false);
    expect(parsePattern(value).test(value)).toBe(true);
  });

  it('spends the budget of its request, and fails when that is used up', () => {
    const pattern = parsePattern(`*${'a'.repeat(250)}b`, new StepBudget());
    const value = 'a'.repeat(32_000);
    expect(() => {
      for (let n = 0; n < 1000; n++) pattern.test(value);
    }).toThrow(expect.objectContaining({ code: 5018 }));
  });
});

describe('the entries of the index', () => {
  it('are valid DynamoDB keys without duplicates', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (attributes) => {
        const entries = entriesOf(attributes);
        const keys = entries.map(({ path, value }) => JSON.stringify([path, value]));
        expect(new Set(keys).size).toBe(keys.length);
        for (const { value } of entries) {
          expect(Buffer.byteLength(value)).toBeLessThanOrEqual(256);
          expect(Buffer.from(value).toString()).toBe(value);
          expect(value).not.toContain('\0');
        }
      }),
    );
  });

  it('are the scalars at their paths', () => {
    expect(entriesOf({ a: { b: [1, { c: 'X' }, [true, 1]] }, d: null, e: {}, f: '' })).toEqual([
      { path: 'a.b', value: '1' },
      { path: 'a.b.c', value: 'x' },
      { path: 'a.b', value: 'true' },
      { path: 'f', value: '' },
    ]);
  });
});

describe('texts', () => {
  it('are compared as their UTF-8 bytes are', () => {
    fc.assert(
      fc.property(any, any, (one, other) => {
        const bytes = Buffer.compare(Buffer.from(one), Buffer.from(other));
        expect(Math.sign(compareText(one, other))).toBe(bytes);
      }),
    );
  });

  it('keep their length when they are folded, and a prefix stays one', () => {
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(Array.from(fold(one))).toHaveLength(Array.from(one).length);
        expect(fold(fold(one))).toBe(fold(one));
        expect(fold(one) + fold(other)).toBe(fold(one + other));
      }),
    );
  });
});
