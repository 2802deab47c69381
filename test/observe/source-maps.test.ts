import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { formatStack } from '../../functions/observe/source-maps.ts';
import { Sandbox } from '../../local/lambda/sandbox.ts';

// A name that esbuild encodes in the map.
const directory = join(mkdtempSync(join(tmpdir(), 'macaw-maps-')), 'é #1');
mkdirSync(directory);
afterAll(() => rmSync(join(directory, '..'), { recursive: true }));

const SOURCE = `
function requireEverything(text: string): never {
  throw new RangeError(text);
}
function outermost(text: string) {
  requireEverything(text);
}
const tools = { run: (text: string) => outermost(text) };
export const fail = (text: string) => { tools.run(text); };
`;

/** Returns the stack of an error that a minified bundle throws. */
function stackOf(name: string, change: (bundle: string) => void = () => {}): string {
  const source = join(directory, `${name}.ts`);
  const bundle = join(directory, `${name}.cjs`);
  writeFileSync(source, SOURCE);
  buildSync({ entryPoints: [source], outfile: bundle, minify: true, bundle: true, format: 'cjs', sourcemap: true });
  change(bundle);
  const { fail } = createRequire(import.meta.url)(bundle);
  return formatted(() => fail('too much'));
}

/** The stack of what an action throws, formatted as in a function. */
function formatted(action: () => void): string {
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = formatStack;
  try {
    action();
  } catch (error) {
    return String((error as Error).stack);
  } finally {
    Error.prepareStackTrace = before;
  }
  throw new Error('Nothing was thrown');
}

describe('the stack of an error in a bundle', () => {
  it('has places and names of the source', () => {
    const source = join(directory, 'plain.ts');
    expect(stackOf('plain').split('\n').slice(0, 4)).toEqual([
      'RangeError: too much',
      `    at requireEverything (${source}:3:9)`,
      `    at outermost (${source}:6:3)`,
      expect.stringContaining(`${source}:8:40`),
    ]);
  });

  it.each([
    ['is missing', (bundle: string) => rmSync(`${bundle}.map`)],
    ['is broken', (bundle: string) => writeFileSync(`${bundle}.map`, '{')],
    [
      'names a source elsewhere',
      (bundle: string) =>
        writeFileSync(
          `${bundle}.map`,
          JSON.stringify({ version: 3, sources: ['file://elsewhere/a.ts'], names: [], mappings: 'AAAA' }),
        ),
    ],
  ])('has places of the bundle if its map %s', (name, change) => {
    const file = name.replaceAll(' ', '-');
    expect(stackOf(file, change)).toMatch(new RegExp(`^RangeError: too much\n    at .*${file}\\.cjs:1:`));
  });
});

it('a function that cannot start tells the place in the source', async () => {
  const sandbox = new Sandbox({
    taskRoot: join(inject('assembly'), 'bundles/disconnect'),
    handler: 'index.handler',
    environment: { AWS_REGION: 'us-east-1' },
    memoryMb: 256,
    context: {},
    onOutput: () => {},
  });
  expect(await sandbox.started).toMatchObject({
    error: {
      trace: expect.arrayContaining([expect.stringMatching(/requireEnv \(.*functions\/shared\/environment\.ts:\d+/)]),
    },
  });
  await sandbox.stop();
});

describe('the headline', () => {
  it('does not need the toString of an error, which can fail', () => {
    class Odd extends Error {
      override toString(): string {
        throw new Error('no');
      }
    }
    expect(formatted(() => fail(new Odd('odd')))).toMatch(/^Error: odd\n/);
  });

  it('is there if the name of the error cannot be read', () => {
    const unnamed = Object.defineProperty(new Error('no name'), 'name', {
      get: () => {
        throw new Error('no');
      },
    });
    expect(formatted(() => fail(unnamed))).toMatch(/^Error\n {4}at /);
  });

  it('is there without a prototype', () => {
    const bare = Object.create(null);
    expect(
      formatted(() => {
        Error.captureStackTrace(bare);
        throw bare;
      }),
    ).toMatch(/\n {4}at /);
  });
});

function fail(error: Error): never {
  throw error;
}
