import type { ClientState } from './client-state.ts';
import type { Connection } from './connection.ts';
import { asMacawError } from './errors.ts';
import { keyOf } from './model.ts';
import { markRead, markReceipt } from './state.ts';
import { type Address, addressOf, kindOf, wireAddress } from './wire.ts';

export interface ReadEvents {
  /** Somebody else has read a conversation. */
  receipt(address: Address, reader: string, upTo: string): void;
  /** This user has read a part on another device, so only the server knows how much is unread. */
  uncertain(): void;
}

interface Position extends Address {
  readonly upTo: string;
}

/** Read positions: those of this user, and the receipts of others. */
export class Reads {
  readonly #state: ClientState;
  readonly #connection: Connection;
  /** What the server has not confirmed, by conversation. */
  readonly #unsent = new Map<string, Position>();

  constructor(state: ClientState, connection: Connection, events: ReadEvents) {
    this.#state = state;
    this.#connection = connection;
    connection.socket.on('read', ({ from, to, upTo }) => {
      if (from) {
        const address = addressOf(from);
        state.change(address, (conversation) => markReceipt(conversation, from.id, upTo));
        events.receipt(address, from.id, upTo);
      }
      if (to) {
        const address = { kind: kindOf(to.type), id: to.id };
        state.change(address, (conversation) => markRead(conversation, upTo));
        if (state.conversation(address).unread > 0) events.uncertain();
      }
    });
  }

  mark({ kind, id }: Address, upTo: string): void {
    this.#state.change({ kind, id }, (conversation) => markRead(conversation, upTo));
    // Rooms have no read positions on the server.
    if (kind !== 'room') void this.#send({ kind, id, upTo });
  }

  /** Sends what an earlier connection could not. */
  resume(): void {
    for (const position of [...this.#unsent.values()]) void this.#send(position);
  }

  clear(): void {
    this.#unsent.clear();
  }

  async #send(position: Position): Promise<void> {
    const key = keyOf(position.kind, position.id);
    this.#unsent.set(key, position);
    try {
      await this.#connection.request('read', { to: wireAddress(position), upTo: position.upTo });
    } catch (thrown) {
      // The next login repeats it. A refusal, for example of an expired message, is final.
      if (asMacawError(thrown).temporary) return;
    }
    if (this.#unsent.get(key) === position) this.#unsent.delete(key);
  }
}
