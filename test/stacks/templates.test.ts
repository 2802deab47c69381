import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../scripts/synth.ts';

/**
 * Synthesized with full validation, which is slow, and compared with the last accepted snapshot. `npx vitest run -u`
 * accepts changes.
 */
const CONFIGURATIONS = [
  { name: 'by default', stage: 'prod', options: { validation: true }, snapshot: 'default', stacks: 5 },
  // Differs only in its name, which no rule checks.
  {
    name: 'in another stage',
    stage: 'other',
    options: { context: { stage: 'other' } },
    snapshot: 'default',
    stacks: 5,
  },
  {
    name: 'with all that can be configured',
    stage: 'prod',
    options: { configuration: 'test/stacks/full.json', validation: true },
    snapshot: 'full',
    stacks: 6,
  },
];

describe.each(CONFIGURATIONS)('the templates $name', ({ stage, options, snapshot, stacks: count }) => {
  const assembly = mkdtempSync(join(tmpdir(), 'macaw-templates-'));
  afterAll(() => rmSync(assembly, { recursive: true }));
  const read = (file: string) => JSON.parse(readFileSync(join(assembly, file), 'utf8'));

  beforeAll(() => synthesize(assembly, options), 180_000);

  it.runIf('validation' in options)('give no cause for errors or warnings, or say why it is none', () => {
    expect(read('validation-report.json').pluginReports).toEqual([]);
  });

  it('are what was looked at', async () => {
    const prefix = `Macaw-${stage}-`;
    const stacks = Object.keys(read('manifest.json').artifacts).filter((id) => new RegExp(`^${prefix}\\w+$`).test(id));
    expect(stacks).toHaveLength(count);
    for (const stack of stacks) {
      const text = JSON.stringify(settled(read(`${stack}.template.json`)), null, 1);
      await expect(`${anyStage(text, stage)}\n`).toMatchFileSnapshot(
        `__snapshots__/${snapshot}/${stack.slice(prefix.length)}.json`,
      );
    }
  });
});

/** A template without values that change with every code change: asset hashes and CDK metadata. */
function settled(template: { Resources: Record<string, object>; Conditions?: object }): unknown {
  const { CDKMetadata: _, ...Resources } = template.Resources;
  return JSON.parse(JSON.stringify({ ...template, Conditions: undefined, Resources }), (key, value) => {
    if (key === 'Metadata') return undefined;
    return typeof value === 'string' ? value.replace(/^[0-9a-f]{64}\.zip$/, 'ASSET.zip') : value;
  });
}

/** A template independent of the stage. Some ids contain the stage name and its hashes. */
function anyStage(text: string, stage: string): string {
  return text
    .replaceAll(new RegExp(`\\b\\w*Macaw${stage}\\w*`, 'g'), (id) =>
      id.replace(stage, 'STAGE').replaceAll(/([0-9A-F]{8})+(?=Permission|$)/g, ''),
    )
    .replaceAll(new RegExp(`\\b([Mm]acaw-)?${stage}\\b`, 'g'), '$1STAGE');
}
