import { createInterface } from 'node:readline';
import { UsageError } from './errors.ts';

/** The streams for a question and its answer. */
interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * Asks for confirmation of an irreversible action.
 * @param consequence what will happen, as a sentence
 * @param yes whether the command line confirms the action
 * @throws UsageError without a terminal; Error when the user declines
 */
export async function confirm(
  consequence: string,
  yes: boolean | undefined,
  { input, output }: Terminal = TERMINAL,
): Promise<void> {
  if (yes) return;
  if (!input.isTTY) throw new UsageError(`${consequence} There is no terminal for a confirmation: confirm with --yes`);
  output.write(`${consequence} Continue? [y/N] `);
  const lines = createInterface({ input });
  try {
    const { value } = await lines[Symbol.asyncIterator]().next();
    if (!/^y(es)?$/i.test(String(value ?? '').trim())) throw new Error('Nothing was changed');
  } finally {
    lines.close();
  }
}
