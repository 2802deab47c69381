import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SERVED_FILES } from '../functions/api-docs/files.ts';
import { describeRest } from './openapi.ts';

const { resolve } = createRequire(import.meta.url);

/** The files that the documentation of the REST endpoints is served from, by their names. */
export async function documentation(): Promise<Record<string, Buffer>> {
  const described = Buffer.from(JSON.stringify(await describeRest()));
  return Object.fromEntries(
    [...SERVED_FILES.values()].map(({ name }) => [name, name === 'openapi.json' ? described : read(name)]),
  );
}

/** A file of the viewer, or one of ours that puts it on a page. */
function read(name: string): Buffer {
  const ours = name === 'index.html' || name === 'start.js';
  return readFileSync(
    ours ? new URL(`../functions/api-docs/${name}`, import.meta.url) : resolve(`swagger-ui-dist/${name}`),
  );
}
