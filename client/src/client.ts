import { Activity } from './activity.ts';
import { Changes } from './changes.ts';
import { ClientState } from './client-state.ts';
import { Connection, type SocketIoOptions } from './connection.ts';
import { Conversation, type ConversationHost, checkLength } from './conversation.ts';
import { Authenticator, type Credentials, type Identity, type Token } from './credentials.ts';
import { Deliveries } from './deliveries.ts';
import { ErrorCode, MacawError } from './errors.ts';
import type { ServerEvents } from './generated/events.ts';
import type { Status } from './machine.ts';
import { type Kind, keyOf, MEDIA, type Message, type State, type SystemMessage } from './model.ts';
import { type AppState, randomId } from './platform.ts';
import { Reads } from './reads.ts';
import { type Call, createCall } from './rest.ts';
import { type SignalInfo, Signals } from './signals.ts';
import { defaultStorage, type OutboxStorage } from './storage.ts';
import { Emitter, type Store } from './store.ts';
import { Sync } from './sync.ts';
import { type Uploaded, type UploadFile, type UploadOptions, upload } from './upload.ts';
import { given, sayOf, systemMessage } from './wire.ts';

/** Options of `createClient`. */
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

/** Events of the server about this device, friends, groups and rooms. After `kicked`, the client does not connect again. */
type Notices = Pick<ServerEvents, (typeof NOTICES)[number]>;

/** What `on` of a client listens to. */
export interface ClientEvents extends Notices {
  status: Status;
  /** A message of somebody else, or of another device of this user; each once. */
  message: Message;
  /** A message of this client was stored. */
  sent: Message;
  failed: Message;
  system: SystemMessage;
  /** Somebody has read a conversation up to a message. */
  receipt: { readonly kind: Kind; readonly id: string; readonly reader: string; readonly upTo: string };
  /** A message was edited or recalled, or its reactions changed. */
  change: Message;
  /** A transient event of somebody else; `typing` is also in the state. */
  signal: SignalInfo;
  presence: { readonly id: string; readonly online: boolean };
  /** A failure that belongs to no call, such as one of the storage. */
  error: MacawError;
}

/** Enough to recognise a repeated system message. */
const SYSTEM_IDS = 100;

const NOTICES = [
  ...(['kicked', 'befriended', 'unfriended', 'request', 'requestAnswered'] as const),
  ...(['joined', 'left', 'changed', 'deleted'] as const),
] as const;

/** Connects nobody yet: call `connect` or `login`. */
export const createClient = (options: ClientOptions): Macaw => new Macaw(options);

/** A client of one user: connection, outbox, state and REST requests. */
export class Macaw implements Store<State> {
  /** Typed REST requests: `call('GET /ctx/:id/friends', { params: { id: 'tom' } })`. */
  readonly call: Call;
  readonly #options: ClientOptions;
  readonly #state = new ClientState();
  readonly #events = new Emitter<ClientEvents>();
  readonly #authenticator: Authenticator;
  readonly #connection: Connection;
  readonly #deliveries: Deliveries;
  readonly #sync: Sync;
  readonly #reads: Reads;
  readonly #changes: Changes;
  readonly #signals: Signals;
  readonly #activity: Activity;
  readonly #conversations = new Map<string, Conversation>();

  constructor(options: ClientOptions) {
    const url = options.url.replace(/\/+$/, '');
    const [authenticator, state, events] = [new Authenticator(options), this.#state, this.#events];
    if (options.token !== undefined) authenticator.use({ token: options.token });
    this.#options = options;
    this.#authenticator = authenticator;
    this.call = createCall({
      ...{ url, fetch: options.fetch },
      headers: () => authenticator.headers(),
      renew: () => authenticator.renew(),
    });
    this.#sync = new Sync({
      ...{ state, call: this.call },
      isVisitor: () => authenticator.isVisitor,
      received: (message) => {
        this.#signals.stopped(message);
        events.emit('message', this.#changes.late(message));
      },
      confirmed: ({ cid, id = '', ts }) => cid !== undefined && this.#deliveries.outbox.confirm(cid, { id, ts }),
      presence: (id, online) => events.emit('presence', { id, online }),
      failed: (error) => events.emit('error', error),
    });
    this.#connection = new Connection({
      ...{ url, authenticator, socket: options.socket },
      since: () => this.#sync.begin(),
      events: {
        status: (status, error) => this.#onStatus(status, error),
        loggedIn: (id) => this.#onLogin(id),
      },
    });
    this.#deliveries = new Deliveries(
      state,
      {
        sent: (message) => this.#onSent(message),
        failed: (message) => events.emit('failed', message),
        error: (error) => events.emit('error', error),
      },
      {
        storage: options.storage ?? defaultStorage(),
        limit: options.outboxLimit ?? 500,
        send: (item) => this.#connection.request('say', sayOf(item)),
        upload: (file, onProgress) => this.upload(file, { onProgress }),
      },
    );
    this.#reads = new Reads(state, this.#connection, {
      receipt: (address, reader, upTo) => events.emit('receipt', { ...address, reader, upTo }),
      uncertain: () => void this.#sync.refresh(),
    });
    this.#changes = new Changes(state, this.#connection, {
      changed: (message) => events.emit('change', message),
      uncertain: () => void this.#sync.refresh(),
    });
    this.#signals = new Signals(state, this.#connection, (signal) => events.emit('signal', signal));
    this.#activity = new Activity(this.#connection, options.appState);
    this.#sync.listen(this.#connection);
    this.#listen();
  }

  readonly getSnapshot = (): State => this.#state.getSnapshot();

  readonly subscribe = (listener: () => void): (() => void) => this.#state.subscribe(listener);

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
    this.#activity.start();
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
    this.#deliveries.outbox.close();
    this.#activity.stop();
    this.#forget();
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
        else if (status === 'refused') reject(error);
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
    if (status !== 'online') this.#deliveries.outbox.pause();
    this.#state.update(({ error: _, ...state }) => ({ ...state, status, ...(error && { error }) }));
    if (status === before) return;
    this.#events.emit('status', status);
    if (status !== 'online') return;
    this.#deliveries.outbox.resume();
    this.#reads.resume();
    this.#activity.online();
  }

  /** The server confirmed the login; its next events can be messages. */
  #onLogin(id: string): void {
    this.#become(id);
    void this.#sync.loggedIn();
  }

  #onSent(message: Message): void {
    if (message.kind !== 'room' && message.id !== undefined) this.#sync.seen(message.id);
    this.#events.emit('sent', message);
  }

  #become(id: string): void {
    if (this.me !== undefined && this.me !== id) this.#forget();
    this.#state.update((state) => (state.me === id ? state : { ...state, me: id }));
    void this.#deliveries.outbox.open(`macaw/${this.#options.app}/${id}/`);
  }

  /** Drops the state of a user. */
  #forget(): void {
    this.#sync.reset();
    this.#reads.clear();
    this.#changes.clear();
    this.#signals.clear();
    this.#state.reset();
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
    for (const name of NOTICES) socket.on(name, (event: Notices[typeof name]) => this.#events.emit(name, event));
  }

  readonly #host: ConversationHost = {
    state: (address) => this.#state.conversation(address),
    subscribe: this.subscribe,
    send: ({ kind, id }, message) => {
      const { body = '', media = 'text', remark, file, onProgress } = message;
      checkLength(body, MEDIA.indexOf(media), remark);
      const item = {
        ...{ cid: randomId(), kind, to: id, media },
        ...given(message, ['body', 'remark', 'reply', 'mentions', 'push', 'receipt']),
      };
      return this.#deliveries.add(item, file, onProgress);
    },
    retry: (key) => this.#deliveries.outbox.retry(key),
    discard: ({ kind, id }, key) => this.#deliveries.discard({ kind, to: id, key }),
    page: (address, before, limit) => this.#sync.page(address, before, limit),
    markRead: (address, upTo) => this.#reads.mark(address, upTo),
    change: (address, act) => this.#changes.make(address, act),
    signal: (address, name, data) => this.#signals.send(address, name, data),
    configure: async (address, body) => {
      const { kind, id: peer } = address;
      // The server has no settings of rooms, and refuses them.
      const params = { id: this.#state.me, type: kind as Exclude<Kind, 'room'>, peer };
      const settings = await this.call('PUT /ctx/:id/conversations/:type/:peer/settings', { params, body });
      this.#state.change(address, (conversation) => ({ ...conversation, ...settings }));
    },
  };
}
