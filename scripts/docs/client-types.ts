/** Generates the types of the TypeScript client, client/src/generated, from the schemas of the server. */
import { writeFileSync } from 'node:fs';
import { currentClientTypes } from './client-type-files.ts';

for (const { path, text } of await currentClientTypes()) writeFileSync(path, text);
