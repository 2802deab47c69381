import { SnsError } from './errors.ts';
import type { Registry } from './registry.ts';

const FAULTS = {
  throttle: () => new SnsError('Throttling', 400, 'Rate exceeded'),
  fail: () => new SnsError('InternalError', 500, 'InternalError'),
};

type Fault = keyof typeof FAULTS;

/** Injected faults by device token or phone number. Retries of the SDK count as publishes. */
export class Faults {
  readonly #due = new Map<string, Fault[]>();
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Disables the endpoints of a device token, as after a report of the push service that it is invalid. */
  disable(token: string): void {
    this.#registry.disable(token);
  }

  /** Throttles the next publishes to it. */
  throttle(target: string, times = 1): void {
    this.#add(target, 'throttle', times);
  }

  /** Makes the next publishes to it fail with an internal error. */
  fail(target: string, times = 1): void {
    this.#add(target, 'fail', times);
  }

  /** Removes all faults. */
  clear(): void {
    this.#due.clear();
  }

  /** Applies a pending fault. @throws SnsError */
  strike(target: string): void {
    const fault = this.#due.get(target)?.shift();
    if (fault) throw FAULTS[fault]();
  }

  #add(target: string, fault: Fault, times: number): void {
    this.#due.set(target, [...(this.#due.get(target) ?? []), ...Array<Fault>(times).fill(fault)]);
  }
}
