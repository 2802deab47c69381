import type { Connection } from './connection.ts';
import { asMacawError, ErrorCode } from './errors.ts';
import { type AppState, isHidden, watchNetwork, watchVisibility } from './platform.ts';

/** Follows the device: the network, and whether the app is in the background, which the server needs for pushes. */
export class Activity {
  readonly #connection: Connection;
  readonly #appState: AppState | undefined;
  #unwatch: (() => void)[] = [];
  #reporting: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection, appState: AppState | undefined) {
    this.#connection = connection;
    this.#appState = appState;
  }

  start(): void {
    if (this.#unwatch.length > 0) return;
    const connection = this.#connection;
    this.#unwatch = [
      watchVisibility(this.#appState, (hidden) => this.#report(hidden)),
      watchNetwork((available) => (available ? connection.resume('network') : connection.pause('network'))),
    ];
  }

  stop(): void {
    for (const end of this.#unwatch.splice(0)) end();
  }

  /** A new connection is in the foreground until the server hears something else. */
  online(): void {
    if (isHidden(this.#appState)) this.#report(true);
  }

  /** One report after the other, because the server handles them in parallel. */
  #report(hidden: boolean): void {
    this.#reporting = this.#reporting
      .then(() => this.#connection.request(hidden ? 'background' : 'foreground'))
      // A connection can break while the device sleeps; heartbeats would find out after minutes.
      .catch((error) => asMacawError(error).code === ErrorCode.timeout && this.#connection.restart());
  }
}
