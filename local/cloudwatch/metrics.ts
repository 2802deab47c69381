import type { LogEntry } from '../shared/log.ts';
import { type Datum, readMetrics } from './emf.ts';

/** How many lines' metrics are kept, so that a server left running does not grow. */
const KEPT = 10_000;

/** What CloudWatch would know of by what functions print. */
export class Metrics {
  #data: Datum[] = [];

  /** Takes in what a function has printed. */
  read(entry: LogEntry): void {
    if (entry.kind !== 'output' || entry.stream !== 'stdout') return;
    for (const line of entry.text.split('\n')) this.#data.push(...(readMetrics(line) ?? []));
    if (this.#data.length > KEPT * 1.5) this.#data = this.#data.slice(-KEPT);
  }

  /** Everything written so far of which all that is given is true; dimensions have to be the same, as in CloudWatch. */
  find(wanted: { namespace?: string; name?: string; dimensions?: Record<string, string> } = {}): Datum[] {
    const key = wanted.dimensions && keyOf(wanted.dimensions);
    return this.#data.filter(
      ({ namespace, name, dimensions }) =>
        namespace === (wanted.namespace ?? namespace) &&
        name === (wanted.name ?? name) &&
        keyOf(dimensions) === (key ?? keyOf(dimensions)),
    );
  }

  /** The sum of all values of a metric, whatever its dimensions. */
  sum(name: string): number {
    return this.find({ name }).reduce((sum, { values }) => values.reduce((a, b) => a + b, sum), 0);
  }
}

const keyOf = (dimensions: Record<string, string>): string => JSON.stringify(Object.entries(dimensions).sort());
