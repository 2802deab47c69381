import type { ClientState } from './client-state.ts';
import type { Connection } from './connection.ts';
import type { Kind, Message } from './model.ts';
import { type Address, addressOf, wireAddress } from './wire.ts';

/** A transient event of somebody else. */
export interface SignalInfo {
  readonly kind: Kind;
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly data?: unknown;
}

/** Somebody who writes says so this often. */
export const TYPING_MS = 3000;

/** Somebody who says it no more has stopped. */
const STOPPED_MS = 2 * TYPING_MS;

/** Transient events, and who is writing. */
export class Signals {
  readonly #state: ClientState;
  readonly #connection: Connection;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(state: ClientState, connection: Connection, received: (signal: SignalInfo) => void) {
    this.#state = state;
    this.#connection = connection;
    connection.socket.on('signal', ({ from, name, data }) => {
      const address = addressOf(from);
      if (name === 'typing') this.#typing(address, from.id);
      received({ ...address, from: from.id, name, ...(data !== undefined && { data }) });
    });
  }

  send(address: Address, name: string, data?: unknown): void {
    const signal = { to: wireAddress(address), name, ...(data !== undefined && { data }) };
    // A signal without a connection is of no use later.
    this.#connection.request('signal', signal).catch(() => undefined);
  }

  /** Whoever sent a message writes no more. */
  stopped({ kind, to, from }: Message): void {
    if (this.#timers.has(keyOf({ kind, id: to }, from))) this.#stop({ kind, id: to }, from);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #typing(address: Address, user: string): void {
    const key = keyOf(address, user);
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.#stop(address, user), STOPPED_MS),
    );
    this.#state.change(address, (one) => (one.typing.includes(user) ? one : { ...one, typing: [...one.typing, user] }));
  }

  #stop(address: Address, user: string): void {
    const key = keyOf(address, user);
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#state.change(address, (one) => ({ ...one, typing: one.typing.filter((other) => other !== user) }));
  }
}

const keyOf = ({ kind, id }: Address, user: string) => `${kind}:${id}:${user}`;
