// Runs npm ci if node_modules does not match package-lock.json, so that one command is enough.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';

const lock = new URL('../package-lock.json', import.meta.url);
const installed = new URL('../node_modules/.macaw-lock.json', import.meta.url);

if (!existsSync(installed) || !readFileSync(lock).equals(readFileSync(installed))) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['ci', '--no-audit', '--no-fund'], { cwd: new URL('..', import.meta.url), stdio: 'inherit' });
  copyFileSync(lock, installed);
}
