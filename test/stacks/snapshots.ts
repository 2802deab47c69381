import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const DIRECTORY = join(import.meta.dirname, '__snapshots__');

/** Compares the templates of an assembly with the last accepted snapshot. `npx vitest run -u` accepts changes. */
export async function expectSnapshots(assembly: string, stage: string, snapshot: 'default' | 'full', stacks: number) {
  const read = (file: string) => JSON.parse(readFileSync(join(assembly, file), 'utf8'));
  const prefix = `Macaw-${stage}-`;
  const ids = Object.keys(read('manifest.json').artifacts).filter((id) => new RegExp(`^${prefix}\\w+$`).test(id));
  expect(ids).toHaveLength(stacks);
  for (const id of ids) {
    const text = JSON.stringify(settled(read(`${id}.template.json`)), null, 1);
    const file = join(DIRECTORY, snapshot, `${id.slice(prefix.length)}.json`);
    await expect(`${anyStage(text, stage)}\n`).toMatchFileSnapshot(file);
  }
}

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
