/** More characters than any push can hold. */
const MAX_CHARACTERS = 4096;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The longest beginning of a text, with an ellipsis, that fits somewhere; it is cut between characters as people see
 * them. Texts that fit as they are need not be given.
 * @param least so many characters remain whether they fit or not
 */
export function shorten(text: string, fits: (shortened: string) => boolean, least = 0): string {
  const characters = Array.from(segmenter.segment(text.slice(0, MAX_CHARACTERS)), ({ segment }) => segment);
  if (text.length <= MAX_CHARACTERS && characters.length <= least) return text;
  const beginning = (count: number) => `${characters.slice(0, count).join('')}…`;
  let low = least;
  // The last character may have been cut by MAX_CHARACTERS.
  let high = Math.max(least, characters.length - 1);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(beginning(middle))) low = middle;
    else high = middle - 1;
  }
  return beginning(low);
}
