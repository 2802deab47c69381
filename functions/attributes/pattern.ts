import { fold } from './text.ts';

/** What a condition asks of a value: a plain value must be equal, one with wildcards must fit, in whatever case. */
export interface Pattern {
  readonly equality: boolean;
  /** What every value that fits begins with, upper and lower case aside; for an equality, the value. */
  readonly prefix: string;
  /** How many characters there are, wildcards included. */
  readonly length: number;
  test(value: string): boolean;
}

const RUN = Symbol('*');
const ONE = Symbol('?');
type Token = string | typeof RUN | typeof ONE;

/** Reads a pattern: `*` is any run of characters, `?` any one; a backslash makes the next character an ordinary one. */
export function parsePattern(text: string): Pattern {
  const tokens = tokenize(text);
  const wildcard = tokens.findIndex((token) => typeof token !== 'string');
  const literal = (wildcard === -1 ? tokens : tokens.slice(0, wildcard)).map(String).join('');
  if (wildcard === -1) {
    return { equality: true, prefix: literal, length: tokens.length, test: (value) => value === literal };
  }
  const folded = tokens.map((token) => (typeof token === 'string' ? fold(token) : token));
  return {
    equality: false,
    prefix: literal,
    length: tokens.length,
    test: (value) => fits(Array.from(fold(value)), folded),
  };
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

/** Takes at most |value| × |tokens| steps; a regular expression would take exponentially many for some patterns. */
function fits(value: readonly string[], tokens: readonly Token[]): boolean {
  let at = 0;
  let token = 0;
  let run = -1;
  let resume = 0;
  while (at < value.length) {
    const wanted = tokens[token];
    if (wanted === RUN) {
      run = token++;
      resume = at;
    } else if (wanted !== undefined && (wanted === ONE || wanted === value[at])) {
      token++;
      at++;
    } else if (run !== -1) {
      // What followed the last run does not fit here: let the run take one character more.
      token = run + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every((rest) => rest === RUN);
}
