import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from './fixture.ts';

/** What stands for npm: it notes how it is called, and fails to install any package. */
const NPM = `
const { appendFileSync, mkdirSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync('calls', JSON.stringify(args) + '\\n');
if (args[0] === 'ci') mkdirSync('node_modules', { recursive: true });
else process.exit(Number(process.env.FAKE_NPM_FAILS ?? 0));
`;

function checkout() {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'scripts'));
  for (const file of ['package.json', 'package-lock.json', 'scripts/install.mjs'])
    copyFileSync(file, join(directory, file));
  const npm = join(directory, 'npm.cjs');
  writeFileSync(npm, NPM);
  const platform = `data:text/javascript,${encodeURIComponent(
    "Object.defineProperties(process, { platform: { value: 'darwin' }, arch: { value: 'arm64' } })",
  )}`;
  return {
    install: (env: Record<string, string> = {}) =>
      spawnSync(process.execPath, ['--import', platform, 'scripts/install.mjs'], {
        cwd: directory,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, npm_execpath: npm, ...env },
      }),
    calls: () =>
      readFileSync(join(directory, 'calls'), 'utf8')
        .trim()
        .split('\n')
        .map((line): string[] => JSON.parse(line)),
  };
}

const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const emulator = `@dynoxide/darwin-arm64@${optionalDependencies['@dynoxide/linux-x64']}`;

it("the platform's emulator is installed beside what the lock file names, once", () => {
  const { install, calls } = checkout();
  expect(install()).toMatchObject({ status: 0, stderr: '' });
  expect(install()).toMatchObject({ status: 0, stderr: '' });
  expect(calls().map(([command]) => command)).toEqual(['ci', 'install']);
  expect(calls()[1]).toEqual(expect.arrayContaining(['--no-save', '--no-package-lock', emulator]));
});

it('an emulator that cannot be installed is not an error, and the output names an alternative', () => {
  const { install } = checkout();
  const { status, stderr } = install({ FAKE_NPM_FAILS: '1' });
  expect(status).toBe(0);
  expect(stderr).toContain(`The DynamoDB emulator ${emulator} could not be installed`);
  expect(stderr).toMatch(/cargo install dynoxide-rs[\s\S]*MACAW_DYNAMODB_ENDPOINT/);
});

it('no emulator is installed for who names a server', () => {
  const { install, calls } = checkout();
  expect(install({ MACAW_DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' })).toMatchObject({ status: 0, stderr: '' });
  expect(calls().map(([command]) => command)).toEqual(['ci']);
});
