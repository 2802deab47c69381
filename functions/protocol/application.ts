import type { Eio } from './eio.ts';

/** One websocket, as its host shows it to the protocol. */
export interface Connection {
  readonly id: string;
  readonly eio: Eio;
  /** The namespaces that the client has joined; `serve` adds and removes. */
  readonly namespaces: Set<string>;
  send(frame: string): Promise<void>;
  close(): Promise<void>;
}

/** One namespace on one connection: what Socket.IO calls a socket. */
export interface Socket {
  readonly connection: Connection;
  readonly namespace: string;
  emit(name: string, ...args: unknown[]): Promise<void>;
}

/** What a client brought along when it joined a namespace. */
export interface Handshake {
  /** From behind the namespace; Engine.IO 3 only. */
  readonly query: Record<string, string>;
  /** The CONNECT packet's own; empty when there was none. */
  readonly payload: Record<string, unknown>;
}

/** How an application refuses a namespace join (CONNECT_ERROR). */
export interface Refusal {
  readonly message: string;
  readonly data?: unknown;
}

/** What is served. What its methods throw, `serve` throws. */
export interface Application {
  /**
   * Decides about a namespace join: undefined confirms it; `repeated` leaves it unanswered, because it was answered before.
   */
  connect(socket: Socket, handshake: Handshake): Promise<Refusal | 'repeated' | undefined>;
  /** Called after the join was confirmed. */
  connected?(socket: Socket, handshake: Handshake): Promise<void>;
  /** Called instead when the confirmation could not be sent. */
  unconfirmed?(socket: Socket): Promise<void>;
  /** Returns the arguments of the acknowledgement; they are sent only if the client asked for one. undefined = none. */
  event(socket: Socket, name: string, args: unknown[], id: number | undefined): Promise<readonly unknown[] | undefined>;
  /** The client acknowledged an event that was sent with this id. */
  ack?(socket: Socket, id: number, args: unknown[]): Promise<void>;
  /** The client left the namespace. A connection that just ends is the host's to notice. */
  disconnect?(socket: Socket): Promise<void>;
}
