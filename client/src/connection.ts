import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { Authenticator } from './credentials.ts';
import { asMacawError, ErrorCode, MacawError } from './errors.ts';
import type {
  Answer,
  Edit,
  LoginEvent,
  React,
  Read,
  Recall,
  Say,
  ServerEvents,
  Signal,
  StateAnswer,
} from './generated/events.ts';
import { next, type Status, type Transition } from './machine.ts';

type Listening = { [N in keyof ServerEvents]: (event: ServerEvents[N]) => void };
type Emitting = {
  say(message: Say, answer: (answer: Answer) => void): void;
  read(position: Read, answer: (answer: StateAnswer) => void): void;
  edit(change: Edit, answer: (answer: Answer) => void): void;
  recall(change: Recall, answer: (answer: Answer) => void): void;
  react(change: React, answer: (answer: Answer) => void): void;
  signal(signal: Signal, answer: (answer: StateAnswer) => void): void;
  background(answer: (answer: StateAnswer) => void): void;
  foreground(answer: (answer: StateAnswer) => void): void;
};

/** The arguments of an event, and its acknowledgement. */
type Input<N extends keyof Emitting> = Parameters<Emitting[N]> extends [...infer I, unknown] ? I : [];
type Output<N extends keyof Emitting> =
  Parameters<Emitting[N]> extends [...unknown[], (answer: infer A) => void] ? A : never;

/** Options of `socket.io-client`. */
export type SocketIoOptions = Partial<ManagerOptions & SocketOptions>;

export interface ConnectionEvents {
  status(status: Status, error: MacawError | undefined): void;
  /** Before the client is online. */
  loggedIn(id: string): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly authenticator: Authenticator;
  /** The last message that the client has. */
  readonly since: () => string | undefined;
  readonly events: ConnectionEvents;
  /** @default {} */
  readonly socket?: SocketIoOptions | undefined;
}

/** How long the server may take for a login or an acknowledgement. */
const LOGIN_MS = 30_000;
const ANSWER_MS = 10_000;

/** A new login after the server ended the connection waits, so that a server that always does so gets few of them. */
const RETRY_MS = 1000;

/** A connection of one user: the stock client, the login, and the state machine. */
export class Connection {
  readonly socket: Socket<Listening, Emitting>;
  readonly #authenticator: Authenticator;
  readonly #events: ConnectionEvents;
  /** Why the connection is paused. */
  readonly #holds = new Set<string>();
  #status: Status = 'idle';
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor({ url, authenticator, since, events, socket }: ConnectionOptions) {
    this.#authenticator = authenticator;
    this.#events = events;
    this.socket = io(`${url}/chat`, {
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      ...socket,
      auth: (send) => {
        this.#expectLogin();
        authenticator.auth(since()).then(send, (error) => this.#cannotLogIn(asMacawError(error)));
      },
    });
    this.socket.on('login', (login) => this.#onLogin(login));
    this.socket.on('kicked', ({ reason, message }) =>
      this.#refuse(
        new MacawError(ErrorCode.notAuthorised, message ?? `The server disconnected this device: ${reason}`),
      ),
    );
    this.socket.on('connect_error', (error) => this.#report(asMacawError(error)));
    this.socket.on('disconnect', (reason) => {
      clearTimeout(this.#watchdog);
      this.#move('lost');
      if (reason === 'io server disconnect') setTimeout(() => this.#reopen(), RETRY_MS);
    });
  }

  get status(): Status {
    return this.#status;
  }

  connect(): void {
    this.#move('connect');
    this.resume('app');
  }

  /** Disconnects until the same reason resumes. */
  pause(reason: string): void {
    this.#holds.add(reason);
    this.#move('pause');
    if (this.#status === 'offline') this.#disconnect();
  }

  resume(reason: string): void {
    this.#holds.delete(reason);
    if (this.#holds.size > 0) return;
    this.#move('resume');
    this.#reopen();
  }

  /** Replaces a connection that seems to be dead. */
  restart(): void {
    this.socket.io.engine?.close();
  }

  close(): void {
    this.#holds.clear();
    this.#move('close');
    this.#disconnect();
  }

  /** Sends an event and waits for its acknowledgement. */
  async request<N extends keyof Emitting>(name: N, ...args: Input<N>): Promise<Extract<Output<N>, { success: true }>>;
  async request(name: string, ...args: unknown[]): Promise<unknown> {
    if (this.#status !== 'online') throw new MacawError(ErrorCode.network, 'The client is offline');
    const socket: Socket = this.socket;
    const answer: Answer | StateAnswer = await socket
      .timeout(ANSWER_MS)
      .emitWithAck(name, ...args)
      .catch(() => {
        throw new MacawError(ErrorCode.timeout, `The server did not acknowledge "${name}"`);
      });
    if (!answer.success) throw new MacawError(answer.error, answer.message);
    return answer;
  }

  #onLogin(login: LoginEvent): void {
    clearTimeout(this.#watchdog);
    if (login.success) {
      this.#authenticator.accept(login.id, login.token);
      this.#events.loggedIn(login.id);
      this.#move('loggedIn');
      return;
    }
    const error = new MacawError(login.error, login.message);
    // After a temporary error the server closes the connection, and the stock client tries again.
    if (error.temporary) this.#report(error);
    else if (error.code === ErrorCode.notAuthorised && this.#authenticator.renew()) this.#report(error);
    else this.#refuse(error);
  }

  /** The token could not be fetched, or there are no credentials at all. */
  #cannotLogIn(error: MacawError): void {
    if (error.code === ErrorCode.notLoggedIn) this.#refuse(error);
    else {
      this.#report(error);
      this.restart();
    }
  }

  #refuse(error: MacawError): void {
    this.#move('refuse', error);
    this.#disconnect();
  }

  #expectLogin(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.restart(), LOGIN_MS);
  }

  #disconnect(): void {
    clearTimeout(this.#watchdog);
    this.socket.disconnect();
  }

  /** Opens the socket if the status wants a connection. */
  #reopen(): void {
    if (this.#status === 'connecting' || this.#status === 'reconnecting') this.socket.connect();
  }

  #move(transition: Transition, error?: MacawError): void {
    const status = next(this.#status, transition);
    if (status === this.#status) return;
    this.#status = status;
    this.#events.status(status, error);
  }

  #report(error: MacawError): void {
    this.#events.status(this.#status, error);
  }
}
