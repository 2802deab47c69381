import type { Simplified } from './simplified.ts';

/** A normalised text, and where its characters come from. */
export interface NormalText {
  readonly text: string;
  /** For each code unit of the text: where the characters begin and end in the original that it comes from. */
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** Joins emoji to one. */
const JOINER = '\u200d';

/** Removes invisible characters, and differences of width, case, and of traditional and simplified Chinese. */
export function normalise(original: string, simplified: Simplified): NormalText {
  // Properties of Unicode take milliseconds to load, so the expressions are not constants of the module.
  const invisible = /\p{Default_Ignorable_Code_Point}/gu;
  const emoji = /\p{Emoji_Presentation}|\p{Extended_Pictographic}/u;
  const parts: string[] = [];
  const start: number[] = [];
  const end: number[] = [];
  // A character with its combining marks, which normalisation may join.
  let before = '';
  for (const { 0: character, index } of original.matchAll(/\P{M}\p{M}*|\p{M}+/gu)) {
    const isPartOfEmoji = character === JOINER && emoji.test(before);
    const visible = isPartOfEmoji ? character : character.replace(invisible, '');
    const folded = visible.normalize('NFKC').toLowerCase();
    before = character;
    const part = Array.from(folded, (one) => simplified.get(one) ?? one).join('');
    parts.push(part);
    for (let n = 0; n < part.length; n++) {
      start.push(index);
      end.push(index + character.length);
    }
  }
  return { text: parts.join(''), start, end };
}
