import type { StepBudget } from './step-budget.ts';
import { fold } from './text.ts';

/** How many characters of a value a pattern with wildcards is compared with. */
export const COMPARED_CHARACTERS = 1024;

/** What a condition asks of a value: a plain value must be equal, one with wildcards must fit, in whatever case. */
export interface Pattern {
  readonly equality: boolean;
  /** What every value that fits begins with, upper and lower case aside; for an equality, the value. */
  readonly prefix: string;
  /** How many characters there are, wildcards included. */
  readonly length: number;
  /**
   * Whether a value fits. Of a longer value, a pattern with wildcards sees {@link COMPARED_CHARACTERS} only.
   * @throws ChatError 5018 when the budget is spent
   */
  test(value: string): boolean;
}

const RUN = Symbol('*');
const ONE = Symbol('?');
type Token = string | typeof RUN | typeof ONE;

/**
 * Reads a pattern: `*` is any run of characters, `?` any one; a backslash makes the next character an ordinary one.
 * @param budget limits the work of all comparisons of a request
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
  // A backslash with nothing behind it means itself.
  return escaped ? [...tokens, '\\'] : tokens;
}

/**
 * Compiles a pattern into a bit-parallel automaton ("Shift-And"; Baeza-Yates and Gonnet, 1992): bit n of the state is
 * set when the first n characters of the pattern fit so far. A value takes one pass, and each of its characters one
 * operation for every 32 characters of the pattern, whatever the pattern is.
 */
function compile(tokens: readonly Token[], budget: StepBudget | undefined): (value: string) => boolean {
  const characters = tokens.filter((token) => token !== RUN);
  const words = (characters.length >> 5) + 1;
  const bits = () => new Uint32Array(words);
  const set = (mask: Uint32Array, n: number) => {
    mask[n >> 5] = (mask[n >> 5] ?? 0) | (1 << (n & 31));
  };
  /** States that any character leaves as they are: those behind which `*` stands. */
  const loops = bits();
  let state = 0;
  for (const token of tokens) token === RUN ? set(loops, state) : state++;
  /** By character, the states that it leads to. */
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
