import { distance } from 'fastest-levenshtein';

/** Returns the name that is most similar to the input; undefined when no name is similar. */
export function suggest(input: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, edits: distance(input.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best && best.edits <= Math.max(2, input.length / 3) ? best.name : undefined;
}
