import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Synthesizes the CDK app into a directory, as `cdk synth` does. Needs no account. Leaves out the CDK's validation of
 * the templates, which takes longer than all the rest; `npm run synth` has it.
 * @param configuration a file, from the root of the project; by default none, whatever stands in macaw.json
 */
export async function synthesize(directory: string, configuration = 'none'): Promise<void> {
  const { context }: { context: object } = JSON.parse(readFileSync(`${root}/cdk.json`, 'utf8'));
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bin/macaw.ts'], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, configuration }),
      CDK_VALIDATION: 'false',
    },
  });
}
