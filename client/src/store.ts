/** A value that never changes in place, and its listeners. `useSyncExternalStore` and all frameworks can use it. */
export interface Store<T> {
  getSnapshot(): T;
  /** Calls `listener` after each change. @returns a function that ends it */
  subscribe(listener: () => void): () => void;
}

export interface WritableStore<T> extends Store<T> {
  /** Replaces the value by the result of `change`. The same value is no change. */
  update(change: (value: T) => T): void;
}

export function createStore<T>(initial: T): WritableStore<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update(change) {
      const next = change(value);
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
  };
}

type Listeners<Events> = { [N in keyof Events]?: Set<(event: Events[N]) => void> };

/** Typed events. A listener that throws does not keep others from the event. */
export class Emitter<Events> {
  readonly #listeners: Listeners<Events> = {};

  /** @returns a function that removes the listener */
  on<N extends keyof Events>(name: N, listener: (event: Events[N]) => void): () => void {
    const listeners = this.#listeners[name] ?? new Set();
    this.#listeners[name] = listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<N extends keyof Events>(name: N, event: Events[N]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        // The error is reported like any other error of the app that nobody caught.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
