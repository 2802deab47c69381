import { distance } from 'fastest-levenshtein';

/** The one of the names that is most like what somebody wrote; undefined when none is much like it. */
export function suggest(written: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, edits: distance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best && best.edits <= Math.max(2, written.length / 3) ? best.name : undefined;
}
