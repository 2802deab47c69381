import { isObject, type JsonObject, tryParse } from '../shared/json.ts';
import type { LogEntry } from '../shared/log.ts';

/** The number of lines that are kept. The limit bounds memory. */
const KEPT = 50_000;

/** A line of a function's log. */
interface Line {
  readonly functionId: string;
  readonly text: string;
  /** Epoch ms. */
  readonly at: number;
}

/** The JSON lines in the logs of functions. */
export class LogLines {
  #lines: Line[] = [];

  /** Keeps the output of a function. */
  read(entry: LogEntry): void {
    if (entry.kind !== 'output' || entry.stream !== 'stdout') return;
    const at = Date.now();
    const { functionId } = entry;
    for (const text of entry.text.split('\n')) if (text.startsWith('{')) this.#lines.push({ functionId, text, at });
    if (this.#lines.length > KEPT * 1.5) this.#lines = this.#lines.slice(-KEPT);
  }

  /** The lines of functions in a time range (epoch ms, inclusive), each with its time. */
  between(functionIds: ReadonlySet<string>, from: number, to: number): { at: number; fields: JsonObject }[] {
    return this.#lines
      .filter((line) => functionIds.has(line.functionId) && line.at >= from && line.at <= to)
      .flatMap(({ at, text }) => {
        const fields = tryParse(text);
        return isObject(fields) ? [{ at, fields }] : [];
      });
  }
}
