import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The files of wasm-vips that Node.js needs, and its licences, by their path in a function's asset. */
export function vips(): Record<string, Buffer> {
  const from = join(dirname(resolve('wasm-vips/vips.wasm')), '..');
  const files = ['package.json', 'LICENSE', 'THIRD-PARTY-NOTICES.md', 'lib/vips-node.js', 'lib/vips.wasm'];
  return Object.fromEntries(files.map((file) => [`node_modules/wasm-vips/${file}`, readFileSync(join(from, file))]));
}
