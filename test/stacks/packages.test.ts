import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { expect, it } from 'vitest';
import * as z from 'zod';

const Names = z.record(z.string(), z.string()).transform((packages) => Object.keys(packages));
const { dependencies, devDependencies, optionalDependencies, scripts } = z
  .object({
    dependencies: Names,
    devDependencies: Names,
    optionalDependencies: Names,
    scripts: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** Packages without an import: used by a tool, or for their types. */
const USED_OTHERWISE: Readonly<Record<string, string>> = {
  '@dynoxide/linux-x64': 'named by platform in local/dynamodb',
  '@biomejs/biome': 'the script "lint"',
  '@scarf/scarf': 'an override',
  '@types/aws-lambda': 'types',
  '@types/node': 'types',
  '@types/node-forge': 'types',
  '@types/react': 'types',
  '@types/react-dom': 'types',
  '@types/ws': 'types',
  'aws-cdk': 'the script "synth"',
  commander: 'a peer of @commander-js/extra-typings',
  'react-is': 'a peer of recharts',
  tsx: 'the scripts',
  typescript: 'the script "typecheck"',
};

/** Folders with code, except this file, because it names packages. */
const PLACES = [
  'bench',
  'bin',
  'checks',
  'client/src',
  'examples',
  'functions',
  'lib',
  'local',
  'pages',
  'scripts',
  'test',
];

function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(({ name }) => /\.(tsx?|mjs|js)$/.test(name) && name !== 'packages.test.ts')
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Returns `@aws-sdk/client-s3` for `@aws-sdk/client-s3/dist/x.js`. */
const packageOf = (specifier: string) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

it('what functions import is in "dependencies", but for types', { tags: 'slow' }, () => {
  const { metafile } = buildSync({
    entryPoints: files('functions').filter((file) => file.endsWith('.ts')),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'unwritten',
    write: false,
    metafile: true,
  });
  const imported = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports
      .filter(({ path, external }) => external && !isBuiltin(path))
      .map(({ path }) => ({ file, name: packageOf(path) })),
  );
  expect(imported.map(({ name }) => name)).toContain('zod');
  expect(imported.filter(({ name }) => !dependencies.includes(name))).toEqual([]);
});

it('every package that is declared is used', () => {
  const code = [...PLACES.flatMap(files), 'vitest.config.ts'].map((file) => readFileSync(file, 'utf8')).join('\n');
  const unused = [...dependencies, ...devDependencies, ...optionalDependencies].filter(
    (name) =>
      !(name in USED_OTHERWISE) &&
      !code.includes(`'${name}'`) &&
      !code.includes(`'${name}/`) &&
      !code.includes(`\`${name}/`),
  );
  expect(unused).toEqual([]);
});

it('what is used otherwise is declared', () => {
  const declared = [...dependencies, ...devDependencies, ...optionalDependencies];
  expect(Object.keys(USED_OTHERWISE).filter((name) => !declared.includes(name))).toEqual([]);
  expect(Object.values(scripts).join('\n')).toMatch(/biome[\s\S]*tsc[\s\S]*cdk/);
});

it('nothing that is installed sends telemetry', () => {
  const { packages } = z
    .object({ packages: z.record(z.string(), z.object({ link: z.boolean().optional() })) })
    .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  const scarf = Object.entries(packages).filter(([path]) => path.endsWith('node_modules/@scarf/scarf'));
  expect(scarf).toEqual([['node_modules/@scarf/scarf', { link: true }]]);
});

it('every package that is installed runs on Node.js 20', () => {
  const { packages } = z
    .object({ packages: z.record(z.string(), z.object({ engines: z.unknown().optional() })) })
    .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  const Engines = z.object({ node: z.string() });
  const tooNew = Object.entries(packages).filter(([, { engines }]) => {
    const { data } = Engines.safeParse(engines);
    // In each alternative of a range, the first version is the minimum: ">=22", "^22.1.0 || >=24".
    return data?.node.split('||').every((range) => Number(/\d+/.exec(range)?.[0]) > 20) ?? false;
  });
  expect(tooNew.map(([path]) => path)).toEqual([]);
});
