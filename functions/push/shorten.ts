/** An upper bound for the number of characters in a push. */
const MAX_CHARACTERS = 4096;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Returns the longest prefix of a text that fits, with an ellipsis. It cuts between grapheme clusters. Callers pass
 * only texts that do not fit completely.
 * @param least number of characters that stay even if they do not fit
 */
export function shorten(text: string, fits: (shortened: string) => boolean, least = 0): string {
  const characters = Array.from(segmenter.segment(text.slice(0, MAX_CHARACTERS)), ({ segment }) => segment);
  if (text.length <= MAX_CHARACTERS && characters.length <= least) return text;
  const beginning = (count: number) => `${characters.slice(0, count).join('')}…`;
  let low = least;
  // MAX_CHARACTERS can split the last character.
  let high = Math.max(least, characters.length - 1);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(beginning(middle))) low = middle;
    else high = middle - 1;
  }
  return beginning(low);
}
