import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The package wasm-vips, as far as Node.js needs it, with the licences of what is in it: the files by where they go beside a function's code. */
export function vips(): Record<string, Buffer> {
  const from = join(dirname(resolve('wasm-vips/vips.wasm')), '..');
  const files = ['package.json', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'lib/vips-node.mjs', 'lib/vips.wasm'];
  return Object.fromEntries(files.map((file) => [`node_modules/wasm-vips/${file}`, readFileSync(join(from, file))]));
}
