import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ConnectionFacts } from './events.ts';
import { FrameScanner } from './frames.ts';

export interface Limits {
  idleMs: number;
  lifetimeMs: number;
  frameBytes: number;
  messageBytes: number;
  /** The rate of posts to connections per second, and the burst. */
  postsPerSecond: number;
  postBurst: number;
  /** The maximum length of the URL of a connection, with its query. */
  urlCharacters: number;
  /** The maximum rate of new connections. */
  connectionsPerSecond: number;
}

export const LIMITS: Limits = {
  idleMs: 600_000,
  lifetimeMs: 7_200_000,
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
  postsPerSecond: Number.POSITIVE_INFINITY,
  postBurst: Number.POSITIVE_INFINITY,
  urlCharacters: 4096,
  connectionsPerSecond: 500,
};

/** The limit of buffered bytes. Beyond it, posts to the client are rejected. */
const BUFFER_LIMIT = 4 * 1024 * 1024;

/** The time that API Gateway waits for a client's close frame. */
const CLOSE_MS = 5000;

export interface ConnectionEvents {
  message(body: string, arrivedAt: number): void;
  /** Called when the connection is closed. Not called for a dropped connection. */
  closed(statusCode: number, reason: string): void;
}

/** The open socket of one client, with the limits of API Gateway. */
export class Connection {
  readonly facts: ConnectionFacts;
  lastActiveAt = Date.now();
  readonly #socket: WebSocket;
  readonly #raw: Duplex;
  readonly #idle: NodeJS.Timeout;
  readonly #lifetime: NodeJS.Timeout;
  /** Set when this side closes: the code and reason for $disconnect. */
  #closing: { code: number; reason: string } | undefined;
  #dropped = false;

  constructor(facts: ConnectionFacts, socket: WebSocket, raw: Duplex, limits: Limits, events: ConnectionEvents) {
    this.facts = facts;
    this.#socket = socket;
    this.#raw = raw;
    this.#idle = setTimeout(() => this.close(1001, 'Going away'), limits.idleMs).unref();
    this.#lifetime = setTimeout(() => this.close(1001, 'Going away'), limits.lifetimeMs).unref();

    const scanner = new FrameScanner(limits.frameBytes);
    const scan = (chunk: Uint8Array): void => {
      if (!scanner.push(chunk)) return;
      raw.off('data', scan);
      this.close(1009, '');
    };
    // Registered before the library's listener, so that an oversized frame does not become a message.
    raw.prependListener('data', scan);

    socket.on('message', (data: Buffer, isBinary) => {
      if (this.#closing) return;
      if (isBinary) {
        this.close(1003, '');
        return;
      }
      this.#touch();
      events.message(data.toString('utf8'), Date.now());
    });
    // The library closes the socket after each error: 1009 for a long message, 1007 for invalid UTF-8.
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      clearTimeout(this.#idle);
      clearTimeout(this.#lifetime);
      if (this.#dropped) return;
      const said = this.#closing ?? { code, reason: reason.toString('utf8') || describeClose(code) };
      events.closed(said.code, said.reason);
    });
  }

  /** False once either side started to close. */
  get open(): boolean {
    return !this.#closing && !this.#dropped && this.#socket.readyState === this.#socket.OPEN;
  }

  /** False if the client reads too slowly to receive more. */
  send(data: Buffer): boolean {
    if (this.#socket.bufferedAmount > BUFFER_LIMIT) return false;
    this.#socket.send(data, { binary: false });
    this.#touch();
    return true;
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = { code, reason };
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), CLOSE_MS).unref();
  }

  /** Simulates a network failure: no close frame, and no $disconnect. */
  drop(): void {
    this.#dropped = true;
    this.#raw.destroy();
  }

  #touch(): void {
    this.lastActiveAt = Date.now();
    this.#idle.refresh();
  }
}

function describeClose(code: number): string {
  if (code === 1005) return 'Client-side close frame status not set';
  if (code === 1006) return 'Connection Closed Abnormally';
  return code === 1000 ? 'Connection Closed Normally' : '';
}
