import { Connection, type SocketIoOptions } from './connection.ts';
import { Conversation, type ConversationHost, checkLength } from './conversation.ts';
import { Authenticator, type Credentials, type Identity, type Token } from './credentials.ts';
import { asMacawError, ErrorCode, MacawError } from './errors.ts';
import type { ServerEvents } from './generated/events.ts';
import type { Status } from './machine.ts';
import {
  type ConversationState,
  type Kind,
  keyOf,
  MEDIA,
  type Message,
  type State,
  type SystemMessage,
} from './model.ts';
import { type Item, Outbox, type Receipt } from './outbox.ts';
import { type AppState, isHidden, randomId, watchNetwork, watchVisibility } from './platform.ts';
import { type Call, createCall } from './rest.ts';
import { changeConversation, EMPTY, emptyConversation, markRead, markReceipt, putMessage, withLast } from './state.ts';
import { defaultStorage, type OutboxStorage } from './storage.ts';
import { createStore, Emitter, type Store } from './store.ts';
import { Sync } from './sync.ts';
import { remove, replace } from './timeline.ts';
import { type Uploaded, type UploadFile, type UploadOptions, upload } from './upload.ts';
import { addressOf, kindOf, sayOf, systemMessage, unsentMessage, wireAddress } from './wire.ts';

export interface ClientOptions extends Identity {
  /** The address of the server, such as `https://chat.example.com`. */
  readonly url: string;
  /** Logs in at `connect`. Without it, call `login`. */
  readonly token?: Token;
  /**
   * Keeps unsent messages across restarts.
   * @default `localStorage`, or memory where there is none
   */
  readonly storage?: OutboxStorage;
  /**
   * Messages that can wait to be sent.
   * @default 500
   */
  readonly outboxLimit?: number;
  /** `AppState` of React Native. Browsers report the visibility of the page. */
  readonly appState?: AppState;
  /** Options of `socket.io-client`, such as `reconnectionDelayMax`. */
  readonly socket?: SocketIoOptions;
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch;
}

/** Events of the server about friends, groups and rooms. */
type Changes = Pick<ServerEvents, 'befriended' | 'unfriended' | 'joined' | 'left' | 'changed' | 'deleted'>;

export interface ClientEvents extends Changes {
  status: Status;
  /** A message of somebody else, or of another device of this user; each once. */
  message: Message;
  /** A message of this client was stored. */
  sent: Message;
  failed: Message;
  system: SystemMessage;
  /** Somebody has read a conversation up to a message. */
  receipt: { readonly kind: Kind; readonly id: string; readonly reader: string; readonly upTo: string };
  presence: { readonly id: string; readonly online: boolean };
  /** A failure that belongs to no call, such as one of the storage. */
  error: MacawError;
}

/** Enough to recognise a repeated system message. */
const SYSTEM_IDS = 100;

const CHANGES = ['befriended', 'unfriended', 'joined', 'left', 'changed', 'deleted'] as const;

/** Connects nobody yet: call `connect` or `login`. */
export const createClient = (options: ClientOptions): Macaw => new Macaw(options);

/** A client of one user: connection, outbox, state and REST requests. */
export class Macaw implements Store<State> {
  /** Typed REST requests: `call('GET /ctx/:id/friends', { params: { id: 'tom' } })`. */
  readonly call: Call;
  readonly #options: ClientOptions;
  readonly #store = createStore<State>(EMPTY);
  readonly #events = new Emitter<ClientEvents>();
  readonly #authenticator: Authenticator;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #sync: Sync;
  readonly #conversations = new Map<string, Conversation>();
  readonly #progress = new Map<string, (part: number) => void>();
  /** Read positions that the server has not confirmed. */
  readonly #unsentReads = new Map<string, { kind: Kind; id: string; upTo: string }>();
  #unwatch: (() => void)[] = [];
  #reporting: Promise<unknown> = Promise.resolve();

  constructor(options: ClientOptions) {
    const url = options.url.replace(/\/+$/, '');
    this.#options = options;
    this.#authenticator = new Authenticator(options);
    if (options.token !== undefined) this.#authenticator.use({ token: options.token });
    this.call = createCall({
      ...{ url, fetch: options.fetch },
      headers: () => this.#authenticator.headers(),
      renew: () => this.#authenticator.renew(),
    });
    this.#sync = new Sync({
      ...{ store: this.#store, call: this.call },
      isVisitor: () => this.#authenticator.isVisitor,
      received: (message) => this.#events.emit('message', message),
      confirmed: ({ cid, id = '', ts }) => cid !== undefined && this.#outbox.confirm(cid, { id, ts }),
      failed: (error) => this.#events.emit('error', error),
    });
    this.#connection = new Connection({
      ...{ url, authenticator: this.#authenticator, socket: options.socket },
      since: () => this.#sync.begin(),
      events: {
        status: (status, error) => this.#onStatus(status, error),
        loggedIn: (id) => this.#onLogin(id),
      },
    });
    this.#outbox = this.#createOutbox();
    this.#sync.listen(this.#connection);
    this.#listen();
  }

  readonly getSnapshot = (): State => this.#store.getSnapshot();

  readonly subscribe = (listener: () => void): (() => void) => this.#store.subscribe(listener);

  /** @returns a function that removes the listener */
  on<N extends keyof ClientEvents>(name: N, listener: (event: ClientEvents[N]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** The user or visitor who is logged in. */
  get me(): string | undefined {
    return this.getSnapshot().me;
  }

  /** The token of the login, if it has one. A visitor needs it to return. */
  get sessionToken(): string | undefined {
    return this.#authenticator.token;
  }

  /**
   * Connects and logs in with the `token` of the options, or as at the last `login`. Without a network, it waits.
   * @returns the id of the user
   */
  connect(): Promise<string> {
    this.#watchPlatform();
    const online = this.#online();
    this.#connection.connect();
    return online;
  }

  /** Logs in as somebody. Ends an earlier login of this client, but not its session. */
  login(credentials: Credentials): Promise<string> {
    if (this.getSnapshot().status !== 'idle') this.close();
    this.#authenticator.use(credentials);
    const { expected } = this.#authenticator;
    if (expected !== undefined) this.#become(expected);
    return this.connect();
  }

  /** Disconnects for a while, for example in the background. Messages wait in the outbox. */
  pause(): void {
    this.#connection.pause('app');
  }

  resume(): void {
    this.#connection.resume('app');
  }

  /** Ends the session, and the pushes for this installation. Unsent messages wait for the next login of the user. */
  async logout(): Promise<void> {
    const { me } = this;
    const { install } = this.#options;
    try {
      if (me !== undefined && install !== undefined && !this.#authenticator.isVisitor)
        await this.call('DELETE /ctx/:id/installs/:installId', { params: { id: me, installId: install } });
      if (this.sessionToken !== undefined) await this.call('POST /2.0/logout', {});
    } finally {
      this.close();
      this.#authenticator.use(undefined);
    }
  }

  /** Disconnects and drops the state. The session stays valid. */
  close(): void {
    this.#connection.close();
    this.#outbox.close();
    this.#sync.reset();
    this.#unsentReads.clear();
    for (const end of this.#unwatch.splice(0)) end();
    this.#store.update(({ status }) => ({ ...EMPTY, status }));
  }

  /** A conversation, also one without messages. The same arguments return the same object. */
  conversation(kind: Kind, id: string): Conversation {
    const key = keyOf(kind, id);
    const conversation = this.#conversations.get(key) ?? new Conversation(kind, id, this.#host);
    this.#conversations.set(key, conversation);
    return conversation;
  }

  upload(file: UploadFile, options?: UploadOptions): Promise<Uploaded> {
    return upload(this.call, file, options);
  }

  /** Resolves at the next login, or rejects when there will be none. */
  #online(): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const { status, me, error } = this.getSnapshot();
        if (status === 'online' && me !== undefined) resolve(me);
        else if (status === 'refused')
          reject(error ?? new MacawError(ErrorCode.notAuthorised, 'The login was refused'));
        else if (status === 'closed') reject(new MacawError(ErrorCode.closed, 'The client was closed'));
        else return;
        stop();
      };
      // The status before this call does not count.
      const stop = this.subscribe(check);
      if (this.getSnapshot().status === 'online') check();
    });
  }

  #onStatus(status: Status, error: MacawError | undefined): void {
    const before = this.getSnapshot().status;
    if (status !== 'online') this.#outbox.pause();
    this.#store.update(({ error: _, ...state }) => ({ ...state, status, ...(error && { error }) }));
    if (status === before) return;
    this.#events.emit('status', status);
    if (status === 'online') this.#onOnline();
  }

  /** The server confirmed the login; its next events can be messages. */
  #onLogin(id: string): void {
    this.#become(id);
    void this.#sync.loggedIn();
  }

  #onOnline(): void {
    this.#outbox.resume();
    for (const position of [...this.#unsentReads.values()]) void this.#sendRead(position);
    if (isHidden(this.#options.appState)) this.#report(true);
  }

  #become(id: string): void {
    const { me } = this;
    if (me !== undefined && me !== id) {
      this.#sync.reset();
      this.#store.update(({ status }) => ({ ...EMPTY, status }));
    }
    this.#store.update((state) => (state.me === id ? state : { ...state, me: id }));
    void this.#outbox.open(`macaw/${this.#options.app}/${id}/`);
  }

  #createOutbox(): Outbox {
    return new Outbox({
      storage: this.#options.storage ?? defaultStorage(),
      limit: this.#options.outboxLimit ?? 500,
      send: (item) => this.#connection.request('say', sayOf(item)),
      upload: (file, onProgress) => this.upload(file, { onProgress }),
      added: (item) => this.#showUnsent(item),
      progressed: (item, progress) => {
        this.#progress.get(item.cid)?.(progress);
        this.#replace({ ...unsentMessage(item, this.me ?? ''), progress });
      },
      sent: (item, receipt) => this.#onSent(item, receipt),
      failed: (item, error) => {
        const message: Message = { ...unsentMessage(item, this.me ?? ''), status: 'failed', error };
        this.#replace(message);
        this.#events.emit('failed', message);
      },
      storageFailed: (error) => this.#events.emit('error', asMacawError(error)),
    });
  }

  #showUnsent(item: Item): void {
    const message = unsentMessage(item, this.me ?? '');
    this.#change(item.kind, item.to, (conversation) => putMessage(conversation, message));
  }

  #onSent(item: Item, { id, ts }: Receipt): void {
    const message: Message = { ...unsentMessage(item, this.me ?? ''), id, ts, status: 'sent' };
    this.#progress.delete(item.cid);
    if (item.kind !== 'room') this.#sync.seen(id);
    this.#change(item.kind, item.to, (conversation) => putMessage(conversation, message));
    this.#events.emit('sent', message);
  }

  #replace(message: Message): void {
    this.#change(message.kind, message.to, (conversation) =>
      withLast({ ...conversation, messages: replace(conversation.messages, message) }),
    );
  }

  #change(kind: Kind, id: string, change: (conversation: ConversationState) => ConversationState): void {
    this.#store.update((state) => changeConversation(state, kind, id, change));
  }

  #listen(): void {
    const { socket } = this.#connection;
    const systemIds = new Set<string>();
    socket.on('sys', (event) => {
      if (systemIds.has(event.id)) return;
      systemIds.add(event.id);
      for (const old of systemIds) if (systemIds.size > SYSTEM_IDS) systemIds.delete(old);
      this.#events.emit('system', systemMessage(event));
    });
    socket.on('read', ({ from, to, upTo }) => {
      if (from) {
        const { kind, id } = addressOf(from);
        this.#change(kind, id, (conversation) => markReceipt(conversation, from.id, upTo));
        this.#events.emit('receipt', { kind, id, reader: from.id, upTo });
      }
      if (to) this.#onReadElsewhere({ kind: kindOf(to.type), id: to.id }, upTo);
    });
    const presence = (online: boolean) => (id: string) => this.#events.emit('presence', { id, online });
    socket.on('online', presence(true)).on('online_x', presence(true));
    socket.on('offline', presence(false)).on('offline_x', presence(false));
    for (const name of CHANGES) socket.on(name, (event: Changes[typeof name]) => this.#events.emit(name, event));
  }

  #onReadElsewhere({ kind, id }: { kind: Kind; id: string }, upTo: string): void {
    this.#change(kind, id, (conversation) => markRead(conversation, upTo));
    // The client may not have all messages after this one, but the server counts them.
    if (this.#host.conversationState(kind, id).unread > 0) void this.#sync.refresh();
  }

  #watchPlatform(): void {
    if (this.#unwatch.length > 0) return;
    this.#unwatch = [
      watchVisibility(this.#options.appState, (hidden) => this.#report(hidden)),
      watchNetwork((available) => (available ? this.#connection.resume('network') : this.#connection.pause('network'))),
    ];
  }

  /** Tells the server whether the app is in the background; one report after the other. A new connection starts again. */
  #report(hidden: boolean): void {
    this.#reporting = this.#reporting
      .then(() => this.#connection.request(hidden ? 'background' : 'foreground'))
      // A connection can break while the device sleeps; heartbeats would find out after minutes.
      .catch((error) => asMacawError(error).code === ErrorCode.timeout && this.#connection.restart());
  }

  async #sendRead(position: { kind: Kind; id: string; upTo: string }): Promise<void> {
    const key = keyOf(position.kind, position.id);
    this.#unsentReads.set(key, position);
    try {
      await this.#connection.request('read', { to: wireAddress(position), upTo: position.upTo });
    } catch (thrown) {
      // The next login repeats it. A refusal, for example of an expired message, is final.
      if (asMacawError(thrown).temporary) return;
    }
    if (this.#unsentReads.get(key) === position) this.#unsentReads.delete(key);
  }

  readonly #host: ConversationHost = {
    conversationState: (kind, id) => this.#empty(kind, id),
    subscribe: this.subscribe,
    send: ({ kind, id }, body, { media = 'text', remark, push, receipt }, file) => {
      checkLength(body ?? '', MEDIA.indexOf(media), remark);
      const item = this.#outbox.add(
        {
          ...{ cid: randomId(), kind, to: id, media },
          ...(body !== undefined && { body }),
          ...(remark !== undefined && { remark }),
          ...(push && { push }),
          ...(receipt !== undefined && { receipt }),
        },
        file,
      );
      return unsentMessage(item, this.me ?? '');
    },
    onProgress: (key, listener) => this.#progress.set(key, listener),
    retry: (key) => this.#outbox.retry(key),
    discard: (kind, id, key) => {
      if (!this.#outbox.discard(key)) return;
      this.#progress.delete(key);
      this.#change(kind, id, (one) => withLast({ ...one, messages: remove(one.messages, key) }));
    },
    page: (kind, id, before, limit) => this.#sync.page({ kind, id }, before, limit),
    markRead: (kind, id, upTo) => {
      this.#change(kind, id, (conversation) => markRead(conversation, upTo));
      // Rooms have no read positions on the server.
      if (kind !== 'room') void this.#sendRead({ kind, id, upTo });
    },
  };

  readonly #empties = new Map<string, ConversationState>();

  /** The same object until there is something, because frameworks compare snapshots. */
  #empty(kind: Kind, id: string): ConversationState {
    const key = keyOf(kind, id);
    const known = this.getSnapshot().byKey[key] ?? this.#empties.get(key);
    if (known) return known;
    const empty = emptyConversation(kind, id);
    this.#empties.set(key, empty);
    return empty;
  }
}
