import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import dictionary from 'opencc-js/dict/TSCharacters';

const root = join(dirname(fileURLToPath(import.meta.resolve('opencc-js/dict/TSCharacters'))), '../../..');

/**
 * The one dictionary of opencc-js that functions with banned words load, and its licences. It is not part of the bundle,
 * so that other applications do not load it.
 */
export const chineseFiles: Readonly<Record<string, Buffer>> = {
  'simplified-characters.txt': Buffer.from(dictionary),
  ...Object.fromEntries(
    ['LICENSE', 'THIRD_PARTY_LICENSES.md'].map((file) => [`opencc-js/${file}`, readFileSync(join(root, file))]),
  ),
};
