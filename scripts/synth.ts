import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

interface SynthesisOptions {
  /** A file, from the root of the project. @default none, whatever stands in macaw.json */
  configuration?: string;
  /** Context beside that of cdk.json. */
  context?: Record<string, string>;
  /** Validates the templates, which takes longer than all the rest, and rejects when there is a violation. @default false */
  validation?: boolean;
}

/** Synthesizes the CDK app into a directory, as `cdk synth` does. Needs no account. */
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
