import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Maps each traditional character to a simplified one. */
export type Simplified = ReadonlyMap<string, string>;

let loaded: Simplified | undefined;

/**
 * The simplified characters, loaded once: a few milliseconds, and only where an application has banned words.
 * lib/chinese.ts writes the file next to the bundle.
 */
export function simplifiedCharacters(): Simplified {
  loaded ??= parseDictionary(readFileSync(join(__dirname, 'simplified-characters.txt'), 'utf8'));
  return loaded;
}

/** @param text such as `㑯 㑔|㑳 㑇` */
export function parseDictionary(text: string): Simplified {
  return new Map(text.split('|').map((entry) => [entry.split(' ')[0] ?? '', entry.split(' ')[1] ?? '']));
}
