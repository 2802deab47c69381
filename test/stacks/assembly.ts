import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export interface Resource {
  Type: string;
  Properties: Record<string, unknown> & { Environment?: { Variables: Record<string, unknown> } };
  DeletionPolicy?: string;
}

export interface Template {
  Resources: Record<string, Resource>;
  Parameters: Record<string, unknown>;
  Outputs: Record<string, { Value: unknown }>;
}

/** Creates directories that are removed after the last test of the file. */
export function temporaryDirectories(): () => string {
  const directories: string[] = [];
  afterAll(() => {
    for (const directory of directories) rmSync(directory, { recursive: true });
  });
  return () => {
    const directory = mkdtempSync(join(tmpdir(), 'macaw-assembly-'));
    directories.push(directory);
    return directory;
  };
}

/** The template of a stack in a cloud assembly of the stage prod. */
export const templateIn = (assembly: string, stack: string): Template =>
  JSON.parse(readFileSync(join(assembly, `Macaw-prod-${stack}.template.json`), 'utf8'));

export const ofType = ({ Resources }: Template, type: string) =>
  Object.values(Resources).filter((resource) => resource.Type === type);
