import type { LogEntry } from '../../local/cloud.ts';

/** One line that a function has printed, as JSON. */
export type Line = Record<string, unknown> & { readonly functionId: string };

/** What functions print, as it comes. */
export class Logs {
  readonly entries: LogEntry[] = [];
  readonly log = (entry: LogEntry): void => void this.entries.push(entry);

  /** The text of everything printed. */
  text(): string[] {
    return this.entries.flatMap((entry) => (entry.kind === 'output' ? entry.text.split('\n') : []));
  }

  /** All lines, parsed; @throws SyntaxError when one is no JSON */
  lines(): Line[] {
    return this.entries.flatMap((entry) =>
      entry.kind === 'output'
        ? entry.text.split('\n').map((line) => ({ ...JSON.parse(line), functionId: entry.functionId }))
        : [],
    );
  }
}
