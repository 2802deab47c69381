import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';

// The real configuration, applied to small files that each import one other file.

const FORBIDDEN = [
  ['http', '../handlers/rest.ts'],
  ['http/routes', '../../handlers/rest.ts'],
  ['heartbeat', '../http/app.ts'],
  ['chat', '../heartbeat/check-connection.ts'],
  ['push', '../chat/message-events.ts'],
  ['push', '../auth/login.ts'],
  ['accounts', '../auth/token.ts'],
  ['accounts/oauth', '../../chat/say.ts'],
  ['jobs', '../push/sns.ts'],
  ['store', '../accounts/codes.ts'],
  ['store', '../gateway/invoke.ts'],
  ['gateway', '../jobs/push.ts'],
  ['attributes', '../store/keys.ts'],
  ['shared', '../observe/logger.ts'],
  ['protocol', '../shared/wire.ts'],
  ['store', '../../lib/metrics.ts'],
  ['store', '../../local/shared/log.ts'],
] as const;

const ALLOWED = [
  ['handlers', '../protocol/index.ts'],
  ['http/routes', '../route.ts'],
  ['http/routes', '../../store/apps.ts'],
  ['heartbeat', '../chat/remove-connection.ts'],
  ['chat', '../auth/login.ts'],
  ['chat', './delivery.ts'],
  ['push', '../jobs/push.ts'],
  ['accounts/oauth', '../fields.ts'],
  ['accounts/oauth', '../../shared/errors.ts'],
  ['gateway', '../store/keys.ts'],
  ['gateway', '../observe/logger.ts'],
  ['shared', '../protocol/index.ts'],
  ['push-credentials', 'node-forge/lib/x509'],
] as const;

const folders = readdirSync('functions', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const UNKNOWN = '../a-folder-without-a-layer/x.ts';

const Report = z.object({
  diagnostics: z.array(z.object({ message: z.string(), location: z.object({ path: z.string() }) })),
});

const directory = mkdtempSync(join(tmpdir(), 'macaw-layers-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The lint messages by file. */
const found = new Map<string, string>();

const fileOf = (folder: string, specifier: string) =>
  `functions/${folder}/imports-${specifier.replaceAll(/[^a-z]+/g, '-')}.ts`;

beforeAll(() => {
  for (const file of ['biome.json', '.gitignore']) copyFileSync(file, join(directory, file));
  for (const [folder, specifier] of [...FORBIDDEN, ...ALLOWED, ...folders.map((name) => [name, UNKNOWN] as const)]) {
    const file = join(directory, fileOf(folder, specifier));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `import { x } from '${specifier}';\n\nexport const y = x;\n`);
  }
  const { stdout } = spawnSync(
    resolve('node_modules/.bin/biome'),
    ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: directory, encoding: 'utf8' },
  );
  for (const { message, location } of Report.parse(JSON.parse(stdout)).diagnostics) found.set(location.path, message);
});

it.each(FORBIDDEN)('%s may not import %s', (folder, specifier) => {
  expect(found.get(fileOf(folder, specifier))).toMatch(/^Wrong layer: /);
});

it.each(ALLOWED)('%s may import %s', (folder, specifier) => {
  expect(found.get(fileOf(folder, specifier))).toBeUndefined();
});

it.each(folders)('%s has a place in the order of layers', (folder) => {
  expect(found.get(fileOf(folder, UNKNOWN))).toMatch(/^Wrong layer: /);
});
