import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  CLIENT,
  compileClient,
  currentReference,
  exportedNames,
  REFERENCE,
} from '../../scripts/docs/client-reference.ts';

/** What a browser loads at first, without the packages that an app installs itself. */
async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: CLIENT, loader: 'ts' },
    ...{
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      splitting: true,
      outdir: 'bundle',
      write: false,
      metafile: true,
    },
    external: ['socket.io-client', 'react'],
  });
  const entry = outputFiles.find(({ path }) => path.endsWith('stdin.js'));
  if (!entry) throw new Error(`No entry among ${outputFiles.map(({ path }) => path)}`);
  return { bytes: gzipSync(entry.contents).length, inputs: Object.keys(metafile.inputs) };
}

describe('the bundle of the client', () => {
  it('has at most 12 KB compressed, and contains nothing of the server and no package', async () => {
    const { bytes, inputs } = await bundle("export * from './src/index.ts'");
    expect(bytes).toBeLessThan(12 * 1024);
    expect(inputs.filter((input) => !/(client\/src\/|<stdin>)/.test(input))).toEqual([]);
  });

  it('is smaller for an app that uses less', async () => {
    const { bytes, inputs } = await bundle("export { createClient } from './src/index.ts'");
    expect(bytes).toBeLessThan((await bundle("export * from './src/index.ts'")).bytes);
    const names = inputs.map((input) => input.replace(/.*\//, ''));
    expect(names).toContain('client.ts');
    const admin = await bundle("export { createAdmin } from './src/admin.ts'");
    expect(admin.bytes).toBeLessThan(2 * 1024);
  });
});

describe('the published package', () => {
  // Its compiler options know no types of Node.js.
  beforeAll(compileClient);

  it('has all files that it exports', async () => {
    const { exports } = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8'));
    for (const { types, default: file } of Object.values<{ types: string; default: string }>(exports)) {
      expect(existsSync(join(CLIENT, types)), types).toBe(true);
      expect(Object.keys(await import(join(CLIENT, file)))).not.toEqual([]);
    }
  });

  it('contains the compiled modules with their types, the licence and the README, and nothing else', {
    tags: 'slow',
  }, () => {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const [{ files }] = JSON.parse(execFileSync('npm', args, { cwd: CLIENT, encoding: 'utf8', stdio: 'pipe' }));
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    const modules = paths.filter((path) => path.startsWith('dist/'));
    expect(paths.filter((path) => !modules.includes(path)).sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(modules.filter((path) => !/^dist\/[\w/-]+(\.js|\.d\.ts)$/.test(path))).toEqual([]);
    expect(modules.filter((path) => path.endsWith('.js')).map((path) => path.replace(/js$/, 'd.ts'))).toEqual(
      modules.filter((path) => path.endsWith('.d.ts')),
    );
    expect(readFileSync(join(CLIENT, 'LICENSE'), 'utf8')).toBe(readFileSync('LICENSE', 'utf8'));
  });

  it('is described by the reference (npm run docs:client), each name with its comment', () => {
    const reference = readFileSync(REFERENCE, 'utf8');
    expect(reference).toBe(currentReference());
    const documented = reference.matchAll(/\*\/\nexport (?:const|class|function|interface|type) (\w+)/g);
    expect(new Set([...documented].map(([, name]) => name))).toEqual(exportedNames());
  });
});
