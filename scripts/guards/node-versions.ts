// Runs the short form of the suite on other versions of Node.js, which the npm package `node` provides.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSIONS = process.argv.length > 2 ? process.argv.slice(2) : ['22', '24'];

/** Long enough for a slow machine; nothing hangs for good. */
const TIMEOUT_MS = 240_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const WINDOWS = process.platform === 'win32';

/** The binary of a version, kept between runs; undefined when it cannot be had. */
function binaryOf(version: string): string | undefined {
  const prefix = join(root, 'node_modules/.cache/node', version);
  const binary = join(prefix, 'node_modules/node/bin', WINDOWS ? 'node.exe' : 'node');
  if (!existsSync(binary)) {
    mkdirSync(prefix, { recursive: true });
    const args = ['install', '--prefix', prefix, '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
    spawnSync('npm', [...args, `node@${version}`], {
      cwd: prefix,
      stdio: 'ignore',
      shell: WINDOWS,
      timeout: TIMEOUT_MS,
    });
  }
  try {
    const found = execFileSync(binary, ['--version'], { encoding: 'utf8' });
    return found.startsWith(`v${version}.`) ? binary : undefined;
  } catch {
    return undefined;
  }
}

for (const version of VERSIONS) {
  const binary = binaryOf(version);
  if (!binary) {
    console.log(`Node.js ${version}: SKIPPED, the npm package node@${version} cannot be had here`);
    continue;
  }
  const { status, signal, stderr, stdout } = spawnSync(binary, ['--import', 'tsx', 'scripts/guards/smoke.ts'], {
    cwd: root,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (status === 0) {
    console.log(`Node.js ${version}: the local cloud starts, and two clients chat`);
  } else {
    console.log(`Node.js ${version}: FAILED (${signal ?? `exit status ${status}`})\n${stdout}${stderr}`);
    process.exitCode = 1;
  }
}
