import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type Cloud, type LogEntry, startCloud } from '../../local/cloud.ts';
import { DEMO } from '../../scripts/demo.ts';

interface Resource {
  Type: string;
  Properties: Record<string, never> & {
    PolicyDocument: { Statement: { Action: string | string[] }[] };
    Environment: { Variables: Record<string, unknown> };
  };
}
export type Resources = Record<string, Resource>;

/** Starts the local cloud with a damaged copy of one stack. Stops and deletes both after the test. */
export async function startBroken(
  stack: string,
  damage: (resources: Resources) => void,
): Promise<{ cloud: Cloud; log: LogEntry[] }> {
  const copy = mkdtempSync(join(tmpdir(), 'macaw-broken-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(inject('assembly'), copy, { recursive: true });
  const file = join(copy, `Macaw-prod-${stack}.template.json`);
  const template: { Resources: Resources } = JSON.parse(readFileSync(file, 'utf8'));
  damage(template.Resources);
  writeFileSync(file, JSON.stringify(template));
  const log: LogEntry[] = [];
  const cloud = await startCloud({ assembly: copy, ...DEMO, log: (entry) => log.push(entry) });
  onTestFinished(() => cloud.stop());
  return { cloud, log };
}

/** The resource of a type with this prefix of the logical id. */
export function find(resources: Resources, type: string, prefix: string): Resource {
  const found = Object.entries(resources).find(([id, resource]) => resource.Type === type && id.startsWith(prefix));
  if (!found) throw new Error(`There is no ${type} ${prefix}`);
  return found[1];
}
