import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { synthesize } from '../../scripts/synth.ts';
import { expectSnapshots } from '../stacks/snapshots.ts';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

const temporary = () => {
  const directory = mkdtempSync(join(tmpdir(), 'macaw-templates-'));
  directories.push(directory);
  return directory;
};

// `npm run synth` validates the default configuration.
it('the templates with every option set pass the validation without errors and warnings', async () => {
  const assembly = temporary();
  await synthesize(assembly, { configuration: 'test/stacks/full.json', validation: true });
  const report = JSON.parse(readFileSync(join(assembly, 'validation-report.json'), 'utf8'));
  expect(report.pluginReports).toEqual([]);
}, 180_000);

it('the templates of another stage differ only in its name', async () => {
  const assembly = temporary();
  await synthesize(assembly, { context: { stage: 'other' } });
  await expectSnapshots(assembly, 'other', 'default', 5);
}, 60_000);
