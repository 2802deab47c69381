import { SnsError } from './errors.ts';
import type { Registry } from './registry.ts';

const FAULTS = {
  throttle: () => new SnsError('Throttling', 400, 'Rate exceeded'),
  fail: () => new SnsError('InternalError', 500, 'InternalError'),
};

type Fault = keyof typeof FAULTS;

/** What goes wrong on purpose, by device token or telephone number. The SDK's own retries count as publishes. */
export class Faults {
  readonly #due = new Map<string, Fault[]>();
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** The endpoints of a device token become disabled, as when its push service says that it is no longer valid. */
  disable(token: string): void {
    this.#registry.disable(token);
  }

  /** The next publishes to it are throttled. */
  throttle(target: string, times = 1): void {
    this.#add(target, 'throttle', times);
  }

  /** The next publishes to it end in an internal error. */
  fail(target: string, times = 1): void {
    this.#add(target, 'fail', times);
  }

  /** Ends all faults. */
  clear(): void {
    this.#due.clear();
  }

  /** Lets a publish go wrong when one is due to. @throws SnsError */
  strike(target: string): void {
    const fault = this.#due.get(target)?.shift();
    if (fault) throw FAULTS[fault]();
  }

  #add(target: string, fault: Fault, times: number): void {
    this.#due.set(target, [...(this.#due.get(target) ?? []), ...Array<Fault>(times).fill(fault)]);
  }
}
