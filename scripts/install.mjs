// Runs npm ci if node_modules does not match package-lock.json, so that one command is enough.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';

const lock = new URL('../package-lock.json', import.meta.url);
const installed = new URL('../node_modules/.macaw-lock.json', import.meta.url);

/** The packages of a lock file, without the project's own version: a release changes no package. */
function packagesOf(file) {
  const { version: _, packages, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  return JSON.stringify({ ...rest, packages: { ...packages, '': { ...packages[''], version: undefined } } });
}

if (!existsSync(installed) || packagesOf(lock) !== packagesOf(installed)) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: new URL('..', import.meta.url), stdio: 'inherit' });
  copyFileSync(lock, installed);
}
