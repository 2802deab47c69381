/** Maps each traditional character to a simplified one. */
export type Simplified = ReadonlyMap<string, string>;

let loaded: Promise<Simplified> | undefined;

/** The simplified characters, loaded once: a few milliseconds, and only where an application has banned words. */
export function simplifiedCharacters(): Promise<Simplified> {
  loaded ??= import('opencc-js/dict/TSCharacters').then(
    ({ default: text }) =>
      new Map(text.split('|').map((entry) => [entry.split(' ')[0] ?? '', entry.split(' ')[1] ?? ''])),
  );
  return loaded;
}
