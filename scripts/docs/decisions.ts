/** Writes the index of decisions into docs/decisions/README.md and ARCHITECTURE.md. */
import { writeFileSync } from 'node:fs';
import { currentIndexes } from './decisions-index.ts';

for (const { path, text } of currentIndexes()) writeFileSync(path, text);
