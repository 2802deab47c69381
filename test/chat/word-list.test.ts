import dictionary from 'opencc-js/dict/TSCharacters';
import { describe, expect, it } from 'vitest';
import { parseDictionary } from '../../functions/chat/simplified.ts';
import { mask, WordList } from '../../functions/chat/word-list.ts';

const simplified = parseDictionary(dictionary);

const masked = (text: string, ...words: string[]) => {
  const list = new WordList(
    words.map((word) => ({ word, action: 'mask' })),
    simplified,
  );
  return mask(text, list.find(text));
};

describe('a banned word', () => {
  it.each([
    ['in another case', 'Play at the CASINO now', 'casino', 'Play at the ****** now'],
    ['in full width', 'Play at the ｃａｓｉｎｏ now', 'casino', 'Play at the ****** now'],
    ['in traditional characters, when it is simplified', '賭博網站', '赌博', '**網站'],
    ['in simplified characters, when it is traditional', '赌博网站', '賭博', '**网站'],
    ['in both kinds of characters', '賭博和赌博', '赌博', '**和**'],
    ['with a combining mark', 'a cafe\u0301 here', 'caf\u00e9', 'a ***** here'],
    ['of several words', 'get rich quick, now', 'get rich quick', '**************, now'],
    ['after characters of two code units', '😀😀 casino', 'casino', '😀😀 ******'],
    ['with invisible characters', 'a cas\u200bi\u00ad\u2060no here', 'casino', 'a ********* here'],
    ['with a variation selector', 'I \u2764\ufe0f it', '\u2764', 'I ** it'],
    ['with a ligature', 'an eﬀort', 'effort', 'an *****'],
  ])('is found %s', (_, text, word, expected) => {
    expect(masked(text, word)).toBe(expected);
  });

  it.each([
    ['a longer word', 'first class', 'ass'],
    ['a longer Chinese word', '我在学习中文', '习'],
    ['another word', 'harmless', 'casino'],
    [
      'an emoji of several characters',
      'the \u{1f468}\u{1f3fd}\u200d\u{1f680} and \u{1f469}\u200d\u{1f467}',
      '\u{1f467}',
    ],
  ])('is not found inside %s', (_, text, word) => {
    expect(masked(text, word)).toBe(text);
  });

  it('is the longest of those that begin at the same place', () => {
    expect(masked('a bad bad word', 'bad', 'bad word')).toBe('a *** ********');
  });
});

it.each([
  ['usual', 'I study Chinese 我在学习中文. '.repeat(10), 20],
  ['of the greatest length', `${'我在学习中文 and English, '.repeat(1000)} word999 of ten`, 1000],
  ['made to take long', 'w'.repeat(27_000), 1000],
])('a thousand words cost little time in a message that is %s', (_, text, most) => {
  const words = Array.from({ length: 1000 }, (_, n) => ({ word: `word${n} of ten`, action: 'flag' as const }));
  const list = new WordList([...words, { word: 'ww', action: 'flag' }], simplified);
  list.find(text);
  const before = process.cpuUsage();
  expect(list.find(text).length).toBe(text.includes('word999') ? 1 : 0);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(most);
});
