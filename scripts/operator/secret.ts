import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface Question {
  /** The environment variable that may contain the answer. */
  readonly variable: string;
  readonly question: string;
}

/**
 * Reads secrets from environment variables or from a prompt, one per line, without echo. Secrets must not be on the
 * command line, where other users and the shell history can see them.
 */
export async function secrets(questions: readonly Question[]): Promise<string[]> {
  const given = questions.map(({ variable }) => process.env[variable]);
  if (given.every((answer) => answer !== undefined)) return given;
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: process.stdin.isTTY });
  const typed = lines[Symbol.asyncIterator]();
  try {
    const answers: string[] = [];
    for (const [n, { variable, question }] of questions.entries()) {
      answers.push(given[n] ?? (await ask(typed, variable, question)));
    }
    return answers;
  } finally {
    lines.close();
  }
}

async function ask(typed: AsyncIterator<string>, variable: string, question: string): Promise<string> {
  process.stderr.write(`${question} (or set ${variable}): `);
  const { done, value } = await typed.next();
  process.stderr.write('\n');
  if (done) throw new Error(`${question}: expected a value; set ${variable}`);
  return value;
}

export async function secret(variable: string, question: string): Promise<string> {
  const [answer = ''] = await secrets([{ variable, question }]);
  return answer;
}
