/**
 * Text without the difference between upper and lower case. Folds one code point at a time, and only where one comes
 * out of it, so that a prefix stays a prefix, and `?` counts the characters that people see.
 */
export function fold(text: string): string {
  return Array.from(text, (character) => {
    const folded = character.toUpperCase().toLowerCase();
    return Array.from(folded).length === 1 ? folded : character;
  }).join('');
}

/** Compares by code point, which is also the order of DynamoDB's keys; `<` compares UTF-16 units, which is another. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let n = 0; n < length; n++) {
    const [a, b] = [left.charCodeAt(n), right.charCodeAt(n)];
    if (a === b) continue;
    // A surrogate is half of a code point beyond all those that take one unit.
    return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
