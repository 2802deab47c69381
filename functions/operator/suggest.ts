/** The one of the names that is most like what somebody wrote; undefined when none is much like it. */
export function suggest(written: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, distance: distance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, written.length / 3) ? best.name : undefined;
}

/** How many letters have to be put in, taken out or replaced to get from one text to another (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (const [i, letter] of [...from].entries()) {
    let diagonal = i;
    row = row.reduce<number[]>((next, above, j) => {
      const left = next[j - 1];
      next.push(left === undefined ? i + 1 : Math.min(above + 1, left + 1, diagonal + (to[j - 1] === letter ? 0 : 1)));
      diagonal = above;
      return next;
    }, []);
  }
  return row.at(-1) ?? 0;
}
