import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { type Json, tryParse } from '../shared/json.ts';
import { type Template, templateSchema } from './schema.ts';

export interface Stack {
  name: string;
  template: Template;
}

/** A synthesized cloud assembly, such as the output of `cdk synth` in `cdk.out`. */
export interface Assembly {
  stacks: Stack[];
  /** The absolute path of each file asset, by its S3 key in templates. */
  assets: Map<string, string>;
}

const manifestSchema = z.object({
  artifacts: z.optional(
    z.record(
      z.string(),
      z.object({
        type: z.string(),
        properties: z.optional(
          z.object({
            templateFile: z.optional(z.string()),
            stackName: z.optional(z.string()),
            file: z.optional(z.string()),
            directoryName: z.optional(z.string()),
          }),
        ),
      }),
    ),
  ),
});

const assetsSchema = z.object({
  files: z.optional(
    z.record(
      z.string(),
      z.object({
        source: z.object({ path: z.optional(z.string()) }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    ),
  ),
});

export function readAssembly(directory: string): Assembly {
  const assembly: Assembly = { stacks: [], assets: new Map() };
  collect(resolve(directory), assembly);
  if (assembly.stacks.length === 0) throw new Error(`The cloud assembly ${directory} contains no stack`);
  return assembly;
}

function collect(directory: string, assembly: Assembly): void {
  const manifest = read(join(directory, 'manifest.json'), manifestSchema);
  for (const [id, artifact] of Object.entries(manifest.artifacts ?? {})) {
    const { templateFile, stackName, file, directoryName } = artifact.properties ?? {};
    if (artifact.type === 'aws:cloudformation:stack' && templateFile) {
      assembly.stacks.push({ name: stackName ?? id, template: read(join(directory, templateFile), templateSchema) });
    } else if (artifact.type === 'cdk:asset-manifest' && file) {
      for (const asset of Object.values(read(join(directory, file), assetsSchema).files ?? {})) {
        if (asset.source.path === undefined) continue;
        const path = resolve(directory, asset.source.path);
        for (const { objectKey } of Object.values(asset.destinations)) assembly.assets.set(objectKey, path);
      }
    } else if (artifact.type === 'cdk:cloud-assembly' && directoryName) {
      collect(join(directory, directoryName), assembly);
    }
  }
}

function read<S extends z.ZodMiniType>(path: string, schema: S): z.output<S> {
  if (!existsSync(path) || !statSync(path).isFile()) throw new Error(`No cloud assembly here: ${path} does not exist`);
  const content: Json | undefined = tryParse(readFileSync(path, 'utf8'));
  const parsed = z.safeParse(schema, content);
  if (!parsed.success) throw new Error(`${path} cannot be read: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
