import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dictionary = fileURLToPath(import.meta.resolve('opencc-js/dict/TSCharacters'));
const root = join(dirname(dictionary), '../../..');

/**
 * The one file of opencc-js that functions with banned words load, its licences, and what Node.js needs to find it. It is
 * not part of the bundle, so that other applications do not load it.
 */
export const chineseFiles: Readonly<Record<string, Buffer>> = Object.fromEntries(
  ['package.json', 'LICENSE', 'THIRD_PARTY_LICENSES.md', 'dist/esm-lib/dict/TSCharacters.js'].map((file) => [
    `node_modules/opencc-js/${file}`,
    readFileSync(join(root, file)),
  ]),
);
