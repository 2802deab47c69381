// Runs npm ci if node_modules does not match package-lock.json, so that one command is enough.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const lock = new URL('../package-lock.json', import.meta.url);
const installed = new URL('../node_modules/.macaw-lock.json', import.meta.url);

/** Runs npm: the one that runs this script, or else the one on the path, which on Windows is a script for its shell. */
function npm(...args) {
  const { npm_execpath: cli } = process.env;
  if (cli) execFileSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' });
  else execFileSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
}

/** The version of the DynamoDB emulator: that of the one package that the lock file can name. */
function emulatorVersion() {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  return Object.entries(optionalDependencies).find(([name]) => name.startsWith('@dynoxide/'))?.[1];
}

function installedVersion(name) {
  try {
    return createRequire(import.meta.url)(`${name}/package.json`).version;
  } catch {
    return undefined;
  }
}

/** Installs the emulator of this platform beside what the lock file names, which is the one for Linux on x64 only. */
function installEmulator() {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  const version = emulatorVersion();
  if (!version || process.env.MACAW_DYNAMODB_ENDPOINT || installedVersion(name) === version) return;
  try {
    npm('install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', `${name}@${version}`);
  } catch {
    console.error(
      `The DynamoDB emulator ${name}@${version} could not be installed. Either\n` +
        '  - build it from its sources (cargo install dynoxide-rs), so that "dynoxide" is on the path, or\n' +
        '  - start any DynamoDB-compatible server, and set MACAW_DYNAMODB_ENDPOINT to its URL, such as http://127.0.0.1:8000',
    );
  }
}

if (!existsSync(installed) || !readFileSync(lock).equals(readFileSync(installed))) {
  npm('ci', '--no-audit', '--no-fund');
  installEmulator();
  copyFileSync(lock, installed);
}
