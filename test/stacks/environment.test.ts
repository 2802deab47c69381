import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { macaw } from '../support/macaw.ts';

const system = macaw({ own: true });

/** The logical ids of all functions, by template. */
function functionIds(): string[] {
  const assembly = inject('assembly');
  return readdirSync(assembly)
    .filter((file) => file.endsWith('.template.json'))
    .flatMap((file): [string, { Type: string }][] =>
      Object.entries(JSON.parse(readFileSync(join(assembly, file), 'utf8')).Resources ?? {}),
    )
    .flatMap(([id, { Type }]) => (Type === 'AWS::Lambda::Function' ? [id] : []));
}

it('every function has the environment variables that its modules read when they load', { tags: 'slow' }, async () => {
  const ids = functionIds();
  expect(ids.length).toBeGreaterThan(15);
  for (const id of ids) {
    const outcome = await system.cloud.invoke(id, {}).catch(String);
    expect(String(outcome), id).not.toMatch(/environment variable/i);
  }
});
