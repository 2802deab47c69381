import { createInterface } from 'node:readline';
import { UsageError } from './errors.ts';

/** Where a question is asked, and answered. */
interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks whether something is really meant that cannot be undone.
 * @param consequence what will happen, a sentence
 * @param yes whether that has been confirmed on the command line
 * @throws UsageError when there is no terminal to ask at; Error when the answer is no
 */
export async function confirm(
  consequence: string,
  yes: boolean | undefined,
  { input, output }: Terminal = TERMINAL,
): Promise<void> {
  if (yes) return;
  if (!input.isTTY) throw new UsageError(`${consequence} There is no terminal to ask at: confirm with --yes`);
  output.write(`${consequence} Continue? [y/N] `);
  const lines = createInterface({ input });
  try {
    const { value } = await lines[Symbol.asyncIterator]().next();
    if (!/^y(es)?$/i.test(String(value ?? '').trim())) throw new Error('Nothing was changed');
  } finally {
    lines.close();
  }
}
