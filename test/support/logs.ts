import type { LogEntry } from '../../local/cloud.ts';

/** One JSON log line of a function. */
export type Line = Record<string, unknown> & { readonly functionId: string };

/** Collects the output of functions. */
export class Logs {
  readonly entries: LogEntry[] = [];
  readonly log = (entry: LogEntry): void => void this.entries.push(entry);

  /** The text of the whole output. */
  text(): string[] {
    return this.entries.flatMap((entry) => (entry.kind === 'output' ? entry.text.split('\n') : []));
  }

  /** All lines, parsed. @throws SyntaxError for a line that is not JSON */
  lines(): Line[] {
    return this.entries.flatMap((entry) =>
      entry.kind === 'output'
        ? entry.text.split('\n').map((line) => ({ ...JSON.parse(line), functionId: entry.functionId }))
        : [],
    );
  }
}
