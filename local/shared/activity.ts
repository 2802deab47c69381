/** The time in which bytes in a loopback socket arrive and start the next work. */
const QUIET_MS = 5;

/**
 * Counts pending work (frames, invocations, retries), so that a test can wait until the local cloud is idle instead
 * of sleeping.
 */
export class Activity {
  #running = 0;
  #waiters: (() => void)[] = [];

  async track<T>(work: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await work();
    } finally {
      if (--this.#running === 0) this.#wake();
    }
  }

  /** Resolves when no work is pending and none started for a moment. */
  async settled(): Promise<void> {
    for (;;) {
      if (this.#running > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      // A busy event loop is late: sockets that have data are read between a timer and an immediate.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#running === 0) return;
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
