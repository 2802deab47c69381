import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { HTML, type Page, SCRIPT, STYLE } from '../lib/pages.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': SCRIPT,
  '.css': STYLE,
  '.svg': 'image/svg+xml',
};

/**
 * Bundles the page in the folder `pages/NAME` for the path `/NAME`. Its `main.tsx` imports everything, also its styles.
 * In its `index.html`, `main.js`, `main.css` and `icon.svg` stand for the files, whose names contain a hash.
 * @param policy its content security policy
 */
export function buildPage(name: string, policy: string): Page {
  const folder = fileURLToPath(new URL(name, import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: { main: `${folder}/main.tsx`, icon: `${folder}/../shared/icon.svg` },
    outdir: folder,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    loader: { '.svg': 'copy' },
    // The client of this repository, from its source.
    conditions: ['macaw-source'],
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'eof',
  });
  const built = outputFiles.map(({ path, contents }) => ({ file: basename(path), content: Buffer.from(contents) }));
  const html = built.reduce(
    (text, { file }) => text.replaceAll(`"${file.replace(/-\w+(?=\.\w+$)/, '')}"`, `"/${name}/${file}"`),
    readFileSync(`${folder}/index.html`, 'utf8'),
  );
  return {
    [`/${name}`]: { type: HTML, policy, content: Buffer.from(html) },
    ...Object.fromEntries(
      built.map(({ file, content }) => [
        `/${name}/${file}`,
        { type: typeOf(extname(file)), policy, content, immutable: true },
      ]),
    ),
  };
}

function typeOf(extension: string): string {
  const type = TYPES[extension];
  if (type === undefined) throw new Error(`pages: files with the extension ${extension} have no media type`);
  return type;
}
