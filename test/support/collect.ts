/** An event emitter, such as every version of the stock client. */
interface Emitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** Collects the arguments of an event, and waits for more. */
export class Inbox {
  readonly received: unknown[] = [];
  private readonly waiting: { readonly count: number; readonly done: () => void }[] = [];

  constructor(emitter: Emitter, event: string) {
    emitter.on(event, (argument) => {
      this.received.push(argument);
      for (const waiter of this.waiting) if (this.received.length >= waiter.count) waiter.done();
    });
  }

  /** Waits until `count` events have arrived in total, and returns all of them. */
  async count(count: number, patience = 10_000): Promise<unknown[]> {
    if (this.received.length < count) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`Only ${this.received.length} of ${count} arrived within ${patience} ms`)),
          patience,
        );
        this.waiting.push({
          count,
          done: () => {
            clearTimeout(timer);
            resolve();
          },
        });
      });
    }
    return this.received;
  }

  /** Waits for the event with this index, by default the first. */
  async at(index = 0, patience?: number): Promise<unknown> {
    return (await this.count(index + 1, patience))[index];
  }
}
