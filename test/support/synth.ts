import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { synthesize } from '../../scripts/synth.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the cloud assembly of this run. Files next to it are deleted with it after the run. */
    assembly: string;
  }
}

/** Synthesizes the stacks once, before the first test. */
export default async function setup(project: TestProject): Promise<() => void> {
  const scratch = mkdtempSync(join(tmpdir(), 'macaw-test-'));
  const assembly = join(scratch, 'assembly');
  await synthesize(assembly);
  project.provide('assembly', assembly);
  return () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}
