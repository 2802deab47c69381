/** Generates client/src/generated from the schemas of the server, and docs/reference/sdk.md from the client. */
import { writeFileSync } from 'node:fs';
import { compileClient, currentReference, REFERENCE } from './client-reference.ts';
import { currentClientTypes } from './client-type-files.ts';

for (const { path, text } of await currentClientTypes()) writeFileSync(path, text);
compileClient();
writeFileSync(REFERENCE, currentReference());
