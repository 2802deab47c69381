import { type ConversationState, keyOf, type State } from './model.ts';
import { changeConversation, EMPTY, emptyConversation } from './state.ts';
import { createStore, type Store } from './store.ts';
import type { Address } from './wire.ts';

/** The state of a client, and the ways to change it. */
export class ClientState implements Store<State> {
  readonly #store = createStore<State>(EMPTY);
  readonly #empties = new Map<string, ConversationState>();

  readonly getSnapshot = this.#store.getSnapshot;

  readonly subscribe = this.#store.subscribe;

  readonly update = this.#store.update;

  /** The user, or an empty text before the first login. */
  get me(): string {
    return this.getSnapshot().me ?? '';
  }

  /** A conversation; the same object until something changes, because frameworks compare snapshots. */
  conversation({ kind, id }: Address): ConversationState {
    const key = keyOf(kind, id);
    const known = this.getSnapshot().byKey[key] ?? this.#empties.get(key);
    if (known) return known;
    const empty = emptyConversation(kind, id);
    this.#empties.set(key, empty);
    return empty;
  }

  /** Replaces a conversation by the result of `change`. */
  change({ kind, id }: Address, change: (conversation: ConversationState) => ConversationState): void {
    this.update((state) => changeConversation(state, kind, id, change));
  }

  /** Drops everything but the status of the connection. */
  reset(): void {
    this.update(({ status }) => ({ ...EMPTY, status }));
  }
}
