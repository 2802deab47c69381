import type { LogEntry } from '../../../local/cloud.ts';

/** What went wrong. Keeps the first input of each kind of failure. */
export class Failures {
  readonly #kinds = new Map<string, string>();

  add(kind: string, input: unknown): void {
    if (!this.#kinds.has(kind)) this.#kinds.set(kind, `${kind}: ${JSON.stringify(input)}`);
  }

  toString(): string {
    return [...this.#kinds.values()].join('\n');
  }

  /** Functions must neither fail nor log errors, whatever clients send. */
  inspectLog(entry: LogEntry): void {
    if (entry.kind !== 'output') {
      this.add(`${entry.kind} ${'functionId' in entry ? entry.functionId : ''}`, entry);
      return;
    }
    for (const line of entry.text.split('\n')) {
      if (line.includes('"level":"ERROR"')) {
        const { message, error } = JSON.parse(line);
        this.add(`${entry.functionId} logged ${message}: ${error?.name}: ${error?.message}`, error);
      } else if (line !== '' && !line.startsWith('{')) this.add(`${entry.functionId} wrote a text`, line);
    }
  }
}
