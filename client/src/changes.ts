import type { ClientState } from './client-state.ts';
import type { Connection } from './connection.ts';
import type { Edit, React, Recall } from './generated/events.ts';
import { type Message, mediaOf } from './model.ts';
import { changeMessage } from './state.ts';
import { type Address, kindOf, wireAddress } from './wire.ts';

/** A change of a message that this user makes. */
export type Act =
  | { readonly name: 'edit'; readonly input: Omit<Edit, 'to'> }
  | { readonly name: 'recall'; readonly input: Omit<Recall, 'to'> }
  | { readonly name: 'react'; readonly input: Omit<React, 'to'> };

export interface ChangeEvents {
  changed(message: Message): void;
  /** A message was recalled that the server has counted, so only the server knows how much is unread. */
  uncertain(): void;
}

type Change = (message: Message) => Message;

/** Changes that arrived before their message. */
const MAX_EARLY = 100;

const RECOUNT_MS = 200;

/** Edits, recalls and reactions, in any order: a recall wins, then the latest edit and the latest reactions. */
export class Changes {
  readonly #state: ClientState;
  readonly #connection: Connection;
  readonly #events: ChangeEvents;
  readonly #early = new Map<string, Change>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(state: ClientState, connection: Connection, events: ChangeEvents) {
    this.#state = state;
    this.#connection = connection;
    this.#events = events;
    const { socket } = connection;
    socket.on('edited', ({ to, id, content, edited }) => this.#apply(to, id, edit(content, edited)));
    socket.on('recalled', ({ to, id, recalled }) => {
      this.#apply(to, id, recall(recalled));
      const { unread, read = '', counted = '' } = this.#state.conversation({ kind: kindOf(to.type), id: to.id });
      if (unread > 0 && id > read && (id <= counted || this.#early.has(id))) this.#recount();
    });
    socket.on('reaction', ({ to, id, reactions, reacted }) => this.#apply(to, id, react(reactions, reacted)));
  }

  /** @throws MacawError when the server refused it, or without a connection */
  async make(address: Address, act: Act): Promise<void> {
    const to = wireAddress(address);
    const { ts, reactions = {} } = await this.#connection.request(act.name, { to, ...act.input });
    this.#apply({ id: to.id, type: to.type ?? 0 }, act.input.id, changeOf(act, ts, reactions));
  }

  /** A message that arrived, with the changes that arrived before it. */
  late(message: Message): Message {
    const change = this.#early.get(message.id ?? '');
    if (!change) return message;
    this.#early.delete(message.id ?? '');
    this.#change({ kind: message.kind, id: message.to }, message.id ?? '', change);
    return change(message);
  }

  clear(): void {
    this.#early.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Once for all recalls that arrive together. */
  #recount(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#events.uncertain();
    }, RECOUNT_MS);
  }

  #apply(to: { id: string; type: number }, id: string, change: Change): void {
    const address = { kind: kindOf(to.type), id: to.id };
    if (this.#change(address, id, change)) return;
    const { messages, last } = this.#state.conversation(address);
    if (messages.some((message) => message.id === id) || last?.id === id) return;
    const earlier = this.#early.get(id) ?? ((message: Message) => message);
    this.#early.set(id, (message) => change(earlier(message)));
    for (const old of this.#early.keys()) if (this.#early.size > MAX_EARLY) this.#early.delete(old);
  }

  /** @returns whether the message was there and changed */
  #change(address: Address, id: string, change: Change): boolean {
    let changed: Message | undefined;
    this.#state.change(address, (conversation) =>
      changeMessage(conversation, id, (message) => {
        const next = change(message);
        if (next !== message) changed = next;
        return next;
      }),
    );
    if (changed) this.#events.changed(changed);
    return changed !== undefined;
  }
}

const edit =
  ({ media = 0, body }: Edit['content'], edited: number): Change =>
  (message) =>
    message.recalled !== undefined || edited <= (message.edited ?? 0)
      ? message
      : { ...message, media: mediaOf(media), body, edited };

const recall =
  (recalled: number): Change =>
  (message) => {
    if (message.recalled !== undefined) return message;
    const { remark, reply, mentions, isMention, edited, reacted, reactions, ...others } = message;
    return { ...others, body: '', media: 'text', recalled };
  };

const react =
  (reactions: Record<string, readonly string[]>, reacted: number): Change =>
  (message) =>
    message.recalled !== undefined || reacted <= (message.reacted ?? 0) ? message : { ...message, reactions, reacted };

function changeOf(act: Act, ts: number, reactions: Record<string, readonly string[]>): Change {
  switch (act.name) {
    case 'edit':
      return edit(act.input.content, ts);
    case 'recall':
      return recall(ts);
    case 'react':
      return react(reactions, ts);
  }
}
