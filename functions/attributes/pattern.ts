import type { StepBudget } from './step-budget.ts';
import { fold } from './text.ts';

/** Maximum number of characters of a value that a wildcard pattern examines. */
export const COMPARED_CHARACTERS = 1024;

/**
 * A compiled search pattern. Text without wildcards requires an equal value. Text with wildcards matches without regard
 * to case.
 */
export interface Pattern {
  readonly equality: boolean;
  /** The literal start that every matching value shares, except for its case. For an equality, the full value. */
  readonly prefix: string;
  /** Number of characters in the pattern, including wildcards. */
  readonly length: number;
  /**
   * Whether a value matches. A wildcard pattern examines only the first {@link COMPARED_CHARACTERS} characters.
   * @throws ChatError 5018 when the budget is exhausted
   */
  test(value: string): boolean;
}

const RUN = Symbol('*');
const ONE = Symbol('?');
type Token = string | typeof RUN | typeof ONE;

/**
 * Parses a pattern. `*` matches any run of characters and `?` matches one character. A backslash makes the next
 * character literal.
 * @param budget limits the total work of all comparisons of a request
 */
export function parsePattern(text: string, budget?: StepBudget): Pattern {
  const tokens = tokenize(text);
  const wildcard = tokens.findIndex((token) => typeof token !== 'string');
  const literal = (wildcard === -1 ? tokens : tokens.slice(0, wildcard)).map(String).join('');
  if (wildcard === -1) {
    return { equality: true, prefix: literal, length: tokens.length, test: (value) => value === literal };
  }
  const fits = compile(
    tokens.map((token) => (typeof token === 'string' ? fold(token) : token)),
    budget,
  );
  return { equality: false, prefix: literal, length: tokens.length, test: fits };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let escaped = false;
  for (const character of text) {
    if (!escaped && character === '\\') {
      escaped = true;
      continue;
    }
    tokens.push(escaped ? character : character === '*' ? RUN : character === '?' ? ONE : character);
    escaped = false;
  }
  // A backslash at the end is a literal backslash.
  return escaped ? [...tokens, '\\'] : tokens;
}

/**
 * Compiles a pattern into a bit-parallel automaton ("Shift-And"; Baeza-Yates and Gonnet, 1992). Bit n of the state is
 * set while the first n characters of the pattern match. A value needs one pass. Each character of it costs one
 * operation per 32 characters of the pattern, for every pattern.
 */
function compile(tokens: readonly Token[], budget: StepBudget | undefined): (value: string) => boolean {
  const characters = tokens.filter((token) => token !== RUN);
  const words = (characters.length >> 5) + 1;
  const bits = () => new Uint32Array(words);
  const set = (mask: Uint32Array, n: number) => {
    mask[n >> 5] = (mask[n >> 5] ?? 0) | (1 << (n & 31));
  };
  /** States that stay active on any character: those followed by `*`. */
  const loops = bits();
  let state = 0;
  for (const token of tokens) token === RUN ? set(loops, state) : state++;
  /** For each literal character, the states that it leads to. */
  const masks = new Map<string, Uint32Array>();
  const others = bits();
  for (const character of characters) if (typeof character === 'string') masks.set(character, bits());
  for (const [n, token] of characters.entries()) {
    for (const mask of token === ONE ? [others, ...masks.values()] : [masks.get(String(token)) ?? others])
      set(mask, n + 1);
  }

  return (value) => {
    const compared = Array.from(fold(value.slice(0, 2 * COMPARED_CHARACTERS))).slice(0, COMPARED_CHARACTERS);
    budget?.spend(compared.length * words);
    let current = bits();
    let next = bits();
    set(current, 0);
    for (const character of compared) {
      const mask = masks.get(character) ?? others;
      let carry = 0;
      for (let word = 0; word < words; word++) {
        const from = current[word] ?? 0;
        next[word] = (((from << 1) | carry) & (mask[word] ?? 0)) | (from & (loops[word] ?? 0));
        carry = from >>> 31;
      }
      [current, next] = [next, current];
    }
    return (((current[characters.length >> 5] ?? 0) >>> (characters.length & 31)) & 1) === 1;
  };
}
