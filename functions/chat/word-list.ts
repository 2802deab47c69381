import type { BannedWord } from '../store/banned-words.ts';
import { type NormalText, normalise } from './normal-text.ts';
import type { Simplified } from './simplified.ts';

/** A banned word in a text: its place, and the word as it is configured. */
export interface Found extends BannedWord {
  /** From here up to there, exclusive, in the original text. */
  readonly from: number;
  readonly to: number;
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** The banned words of an application, prepared for searches. */
export class WordList {
  readonly #simplified: Simplified;
  readonly #words = new Map<string, BannedWord>();
  /** The lengths of the words with this first code unit, the longest first. */
  readonly #lengths = new Map<string, number[]>();

  constructor(words: readonly BannedWord[], simplified: Simplified) {
    this.#simplified = simplified;
    for (const banned of words) {
      const { text } = normalise(banned.word, simplified);
      if (text !== '' && !this.#words.has(text)) this.#words.set(text, banned);
    }
    for (const text of this.#words.keys()) {
      const lengths = this.#lengths.get(text.charAt(0)) ?? [];
      if (!lengths.includes(text.length)) lengths.push(text.length);
      this.#lengths.set(
        text.charAt(0),
        lengths.sort((a, b) => b - a),
      );
    }
  }

  /** The banned words in a text, in order. They begin and end at boundaries of words. Of several, the longest counts. */
  find(original: string): Found[] {
    const normal = normalise(original, this.#simplified);
    if (!this.#mayContain(normal.text)) return [];
    const boundaries = new Set(Array.from(segmenter.segment(normal.text), ({ index }) => index)).add(
      normal.text.length,
    );
    const found: Found[] = [];
    let next = 0;
    for (const from of boundaries) {
      const match = from < next ? undefined : this.#at(normal, from, boundaries);
      if (!match) continue;
      found.push(match.found);
      next = match.end;
    }
    return found;
  }

  /** Whether a search is worthwhile: finding the boundaries takes most of the time. */
  #mayContain(text: string): boolean {
    for (const word of this.#words.keys()) if (text.includes(word)) return true;
    return false;
  }

  #at({ text, start, end }: NormalText, from: number, boundaries: ReadonlySet<number>) {
    for (const length of this.#lengths.get(text.charAt(from)) ?? []) {
      const to = from + length;
      const banned = boundaries.has(to) ? this.#words.get(text.slice(from, to)) : undefined;
      if (banned) return { found: { ...banned, from: start[from] ?? 0, to: end[to - 1] ?? 0 }, end: to };
    }
    return undefined;
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
