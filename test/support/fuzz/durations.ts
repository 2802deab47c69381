import type { Failures } from './failures.ts';

/** The longest time for an answer, ms. */
const LATE_MS = 2000;
/** A time after which an answer does not come at all. Longer than that of API Gateway. */
const NEVER_MS = 60_000;
/** How often a late input is repeated alone. */
const REPETITIONS = 3;

/** An input that can be repeated. It resolves with its answer. */
interface Input {
  readonly what: string;
  readonly content: unknown;
  run(): Promise<void>;
}

/**
 * Finds late answers, also on a busy machine: an input whose answer was late among others is repeated alone. Only if
 * all repetitions are late, it is a failure.
 */
export class Durations {
  readonly #failures: Failures;
  #late: Input[] = [];
  /** How many inputs were repeated. */
  repeated = 0;

  constructor(failures: Failures) {
    this.#failures = failures;
  }

  async run(input: Input): Promise<void> {
    if ((await this.#measure(input)) > LATE_MS) this.#late.push(input);
  }

  /** Repeats the late inputs, when nothing else runs. */
  async repeat(): Promise<void> {
    const late = this.#late;
    this.#late = [];
    for (const input of late) {
      this.repeated += 1;
      let ms = Number.POSITIVE_INFINITY;
      for (let n = 0; n < REPETITIONS && ms > LATE_MS; n++) ms = Math.min(ms, await this.#measure(input));
      if (ms > LATE_MS) this.#failures.add(`${input.what} took ${Math.round(ms)} ms`, input.content);
    }
  }

  async #measure({ what, content, run }: Input): Promise<number> {
    const start = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const never = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#failures.add(`${what} has no answer`, content);
        resolve();
      }, NEVER_MS);
    });
    await Promise.race([run(), never]);
    clearTimeout(timer);
    return performance.now() - start;
  }
}
