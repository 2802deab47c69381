import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/**
 * A secret, which never stands on the command line, where other users of the machine and the shell's history would see it:
 * from an environment variable, or asked for without showing what is typed.
 */
export async function secret(variable: string, question: string): Promise<string> {
  const given = process.env[variable];
  if (given !== undefined) return given;
  process.stderr.write(`${question} (or set ${variable}): `);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY });
  try {
    for await (const line of lines) return line;
    throw new Error(`${question} is missing: set ${variable}`);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
