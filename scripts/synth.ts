import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

interface SynthesisOptions {
  /** The configuration file, relative to the root of the project. @default none; macaw.json is ignored */
  configuration?: string;
  /** More context values than those in cdk.json. */
  context?: Record<string, string>;
  /** Whether to validate the templates, which is slow. Rejects if there is a violation. @default false */
  validation?: boolean;
}

/** Synthesizes the CDK app into a directory, like `cdk synth`. Needs no AWS account. */
export async function synthesize(directory: string, options: SynthesisOptions = {}): Promise<void> {
  const { context }: { context: object } = JSON.parse(readFileSync(`${root}/cdk.json`, 'utf8'));
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'bin/macaw.ts'], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify({
        ...context,
        configuration: options.configuration ?? 'none',
        ...options.context,
      }),
      CDK_VALIDATION: String(options.validation ?? false),
    },
  });
}
