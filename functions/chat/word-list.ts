import type { BannedWord } from '../store/banned-words.ts';
import { normalise } from './normal-text.ts';
import type { Simplified } from './simplified.ts';

/** A banned word in a text: its place, and the word as it is configured. */
export interface Found extends BannedWord {
  /** From here up to there, exclusive, in the original text. */
  readonly from: number;
  readonly to: number;
}

let segmenter: Intl.Segmenter | undefined;

function boundariesOf(text: string): ReadonlySet<number> {
  // It loads a dictionary, which takes a fifth of the import of a bundle.
  segmenter ??= new Intl.Segmenter('zh', { granularity: 'word' });
  return new Set(Array.from(segmenter.segment(text), ({ index }) => index)).add(text.length);
}

/** The banned words of an application, prepared for searches. */
export class WordList {
  readonly #simplified: Simplified;
  /** The words by their normalised form. */
  readonly #words = new Map<string, BannedWord>();

  constructor(words: readonly BannedWord[], simplified: Simplified) {
    this.#simplified = simplified;
    for (const banned of words) {
      const { text } = normalise(banned.word, simplified);
      if (text !== '' && !this.#words.has(text)) this.#words.set(text, banned);
    }
  }

  /** The banned words in a text, in order. They begin and end at boundaries of words. Of several, the longest counts. */
  find(original: string): Found[] {
    const { text, start, end } = normalise(original, this.#simplified);
    let boundaries: ReadonlySet<number> | undefined;
    // Segmentation takes most of the time, so a text that contains none of the words is not segmented.
    const isBoundary = (at: number) => {
      boundaries ??= boundariesOf(text);
      return boundaries.has(at);
    };
    const matches: { readonly banned: BannedWord; readonly from: number; readonly to: number }[] = [];
    for (const [word, banned] of this.#words) {
      for (let from = text.indexOf(word); from >= 0; from = text.indexOf(word, from + 1)) {
        const to = from + word.length;
        if (isBoundary(from) && isBoundary(to)) matches.push({ banned, from, to });
      }
    }
    const found: Found[] = [];
    let next = 0;
    for (const { banned, from, to } of matches.sort((a, b) => a.from - b.from || b.to - a.to)) {
      if (from < next) continue;
      found.push({ ...banned, from: start[from] ?? 0, to: end[to - 1] ?? 0 });
      next = to;
    }
    return found;
  }
}

/** Replaces each character of the words by an asterisk. */
export function mask(text: string, words: readonly Found[]): string {
  let masked = '';
  let at = 0;
  for (const { from, to } of words) {
    masked += text.slice(at, from) + '*'.repeat(Array.from(text.slice(from, to)).length);
    at = to;
  }
  return masked + text.slice(at);
}
