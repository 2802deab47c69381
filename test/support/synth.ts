import { fileURLToPath } from 'node:url';
import { synthesize } from '../../scripts/synth.ts';

/** Where the suite's cloud assembly is; synthesized once, before the first test. */
export const assembly = fileURLToPath(new URL('../../.macaw/test', import.meta.url));

export default async function setup(): Promise<void> {
  await synthesize(assembly);
}
