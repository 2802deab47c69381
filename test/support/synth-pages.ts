import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { DEMO_CONFIGURATION } from '../../scripts/demo.ts';
import { synthesize } from '../../scripts/synth.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the cloud assembly with the web pages: the one that `npm start` runs. */
    assemblyWithPages: string;
  }
}

/** Synthesizes the stacks of `npm start` once, before the first test. Workers must not do it at the same time. */
export default async function setup(project: TestProject): Promise<() => void> {
  const assembly = mkdtempSync(join(tmpdir(), 'macaw-test-pages-'));
  await synthesize(assembly, { configuration: DEMO_CONFIGURATION });
  project.provide('assemblyWithPages', assembly);
  return () => rmSync(assembly, { recursive: true, force: true, maxRetries: 3 });
}
