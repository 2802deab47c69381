import type { ClientState } from './client-state.ts';
import { asMacawError, type MacawError } from './errors.ts';
import type { Message } from './model.ts';
import { type Item, Outbox, type OutboxOptions, type Receipt } from './outbox.ts';
import { putMessage, withLast } from './state.ts';
import { remove, replace } from './timeline.ts';
import type { UploadFile } from './upload.ts';
import { unsentMessage } from './wire.ts';

export interface DeliveryEvents {
  sent(message: Message): void;
  failed(message: Message): void;
  error(error: MacawError): void;
}

/** Shows the messages of the outbox in their conversations. */
export class Deliveries {
  readonly outbox: Outbox;
  readonly #state: ClientState;
  readonly #events: DeliveryEvents;
  readonly #progress = new Map<string, (part: number) => void>();

  constructor(
    state: ClientState,
    events: DeliveryEvents,
    options: Pick<OutboxOptions, 'storage' | 'limit' | 'send' | 'upload'>,
  ) {
    this.#state = state;
    this.#events = events;
    this.outbox = new Outbox({
      ...options,
      added: (item) => this.#put(unsentMessage(item, state.me)),
      progressed: (item, progress) => {
        this.#progress.get(item.cid)?.(progress);
        this.#replace({ ...unsentMessage(item, state.me), progress });
      },
      sent: (item, receipt) => this.#onSent(item, receipt),
      failed: (item, error) => {
        const message: Message = { ...unsentMessage(item, state.me), status: 'failed', error };
        this.#replace(message);
        events.failed(message);
      },
      storageFailed: (error) => events.error(asMacawError(error)),
    });
  }

  /** @throws MacawError when the outbox is full */
  add(item: Omit<Item, 'order' | 'ts'>, file?: UploadFile, onProgress?: (part: number) => void): Message {
    if (onProgress) this.#progress.set(item.cid, onProgress);
    return unsentMessage(this.outbox.add(item, file), this.#state.me);
  }

  discard({ kind, to, key }: Pick<Message, 'kind' | 'to' | 'key'>): void {
    if (!this.outbox.discard(key)) return;
    this.#progress.delete(key);
    this.#state.change({ kind, id: to }, (one) => withLast({ ...one, messages: remove(one.messages, key) }));
  }

  #onSent(item: Item, { id, ts }: Receipt): void {
    const message: Message = { ...unsentMessage(item, this.#state.me), id, ts, status: 'sent' };
    this.#progress.delete(item.cid);
    this.#put(message);
    this.#events.sent(message);
  }

  #put(message: Message): void {
    this.#state.change({ kind: message.kind, id: message.to }, (one) => putMessage(one, message));
  }

  #replace(message: Message): void {
    this.#state.change({ kind: message.kind, id: message.to }, (one) =>
      withLast({ ...one, messages: replace(one.messages, message) }),
    );
  }
}
