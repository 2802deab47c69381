import type { LogEntry } from '../shared/log.ts';
import { type Datum, readMetrics } from './emf.ts';

/** The number of log lines whose metrics are kept. The limit bounds memory. */
const KEPT = 10_000;

/** The metrics that functions wrote to their logs. */
export class Metrics {
  #data: Datum[] = [];

  /** Extracts metrics from the output of a function. */
  read(entry: LogEntry): void {
    if (entry.kind !== 'output' || entry.stream !== 'stdout') return;
    for (const line of entry.text.split('\n')) this.#data.push(...(readMetrics(line) ?? []));
    if (this.#data.length > KEPT * 1.5) this.#data = this.#data.slice(-KEPT);
  }

  /** The metrics that match the filter. As in CloudWatch, all dimensions must be equal. */
  find(wanted: { namespace?: string; name?: string; dimensions?: Record<string, string> } = {}): Datum[] {
    const key = wanted.dimensions && keyOf(wanted.dimensions);
    return this.#data.filter(
      ({ namespace, name, dimensions }) =>
        namespace === (wanted.namespace ?? namespace) &&
        name === (wanted.name ?? name) &&
        keyOf(dimensions) === (key ?? keyOf(dimensions)),
    );
  }

  /** The sum of a metric over all dimensions. */
  sum(name: string): number {
    return this.find({ name }).reduce((sum, { values }) => values.reduce((a, b) => a + b, sum), 0);
  }
}

const keyOf = (dimensions: Record<string, string>): string => JSON.stringify(Object.entries(dimensions).sort());
