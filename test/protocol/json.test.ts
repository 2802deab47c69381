import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tryParseJson } from '../../functions/protocol/index.ts';

const wellFormed = (text: string) =>
  text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');

describe('JSON of a client', () => {
  it('has well-formed Unicode, whatever its escapes say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (half, whole) => {
        const text = half + whole;
        const escaped = `"${[...Array(text.length).keys()].map((n) => `\\u${text.charCodeAt(n).toString(16).padStart(4, '0')}`).join('')}"`;
        expect(tryParseJson(escaped)).toBe(wellFormed(text));
        expect(tryParseJson(JSON.stringify({ [text]: text }))).toEqual({ [wellFormed(text)]: wellFormed(text) });
      }),
    );
  });

  it('keeps a backslash that is escaped itself', () => {
    expect(tryParseJson('"\\\\ud800"')).toBe('\\ud800');
    expect(tryParseJson('"\\\\\\ud800"')).toBe('\\\ufffd');
  });

  it('that is invalid is undefined', () => {
    for (const text of ['', '{', 'undefined', '"\\ud8"']) expect(tryParseJson(text)).toBeUndefined();
  });
});
