/** Long enough for bytes already in a loopback socket to arrive and start the next piece of work. */
const QUIET_MS = 5;

/**
 * Counts the work under way (frames being dispatched, invocations, retries that are due), so that a test
 * can wait until the cloud has come to rest instead of sleeping.
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

  /** Resolves once nothing is under way and nothing new has begun for a moment. */
  async settled(): Promise<void> {
    for (;;) {
      if (this.#running > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      if (this.#running === 0) return;
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
