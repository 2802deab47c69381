import type { Eio } from './eio.ts';

/** One WebSocket connection, as the host presents it to the protocol. */
export interface Connection {
  readonly id: string;
  readonly eio: Eio;
  /** The namespaces that the client has joined. `serve` updates the set. */
  readonly namespaces: Set<string>;
  send(frame: string): Promise<void>;
  close(): Promise<void>;
}

/** One namespace on one connection: a socket in Socket.IO terms. */
export interface Socket {
  readonly connection: Connection;
  readonly namespace: string;
  emit(name: string, ...args: unknown[]): Promise<void>;
}

/** The data that a client sends when it joins a namespace. */
export interface Handshake {
  /** The query after the namespace; Engine.IO 3 only. */
  readonly query: Record<string, string>;
  /** The payload of the CONNECT packet; empty if the packet has none. */
  readonly payload: Record<string, unknown>;
}

/** The error with which an application rejects a namespace join (CONNECT_ERROR). */
export interface Refusal {
  readonly message: string;
  readonly data?: unknown;
}

/** The application that `serve` calls. Errors of its methods propagate through `serve`. */
export interface Application {
  /**
   * Decides about a namespace join. `undefined` confirms the join. `repeated` sends no answer, because an earlier join
   * was answered.
   */
  connect(socket: Socket, handshake: Handshake): Promise<Refusal | 'repeated' | undefined>;
  /** Called after the join is confirmed. */
  connected?(socket: Socket, handshake: Handshake): Promise<void>;
  /** Called instead of `connected` when the confirmation cannot be sent. */
  unconfirmed?(socket: Socket): Promise<void>;
  /**
   * Returns the arguments of the acknowledgement, which is sent only if the client requested one. `undefined` sends
   * none.
   */
  event(socket: Socket, name: string, args: unknown[], id: number | undefined): Promise<readonly unknown[] | undefined>;
  /** Called when the client acknowledges an event that was sent with this id. */
  ack?(socket: Socket, id: number, args: unknown[]): Promise<void>;
  /** Called when the client leaves the namespace. The host must detect closed connections itself. */
  disconnect?(socket: Socket): Promise<void>;
}
