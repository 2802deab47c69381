import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SERVED_FILES } from '../functions/api-docs/files.ts';
import { describeRest } from './openapi.ts';

const { resolve } = createRequire(import.meta.url);

/** The files of the REST documentation, by name. */
export async function documentation(): Promise<Record<string, Buffer>> {
  const description = Buffer.from(JSON.stringify(await describeRest()));
  return Object.fromEntries(
    [...SERVED_FILES.values()].map(({ name }) => [name, name === 'openapi.json' ? description : read(name)]),
  );
}

/** A file of Swagger UI, or a file of this project that loads it. */
function read(name: string): Buffer {
  const ours = name === 'index.html' || name === 'start.js';
  return readFileSync(
    ours ? new URL(`../functions/api-docs/${name}`, import.meta.url) : resolve(`swagger-ui-dist/${name}`),
  );
}
