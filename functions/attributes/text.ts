/**
 * Case-folds text, one code point at a time. A code point that folds to several stays as it is. So a prefix stays a
 * prefix, and `?` counts visible characters.
 */
export function fold(text: string): string {
  return Array.from(text, (character) => {
    const folded = character.toUpperCase().toLowerCase();
    return Array.from(folded).length === 1 ? folded : character;
  }).join('');
}

/**
 * Compares by code point, which is the order of DynamoDB keys. The operator `<` compares UTF-16 units, whose order
 * differs.
 */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let n = 0; n < length; n++) {
    const [a, b] = [left.charCodeAt(n), right.charCodeAt(n)];
    if (a === b) continue;
    // A surrogate belongs to a code point above all code points that use one unit.
    return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
