import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ConnectionFacts } from './events.ts';
import { FrameScanner } from './frames.ts';

export interface Limits {
  idleMs: number;
  lifetimeMs: number;
  frameBytes: number;
  messageBytes: number;
  /** How many posts to connections are taken in a second, and how many more at once. */
  postsPerSecond: number;
  postBurst: number;
  /** How many characters the URL of a connection may have, its query included. */
  urlCharacters: number;
  /** How many connections are let in in a second. */
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

/** What a client may have unread before posts to it are refused. */
const BUFFER_LIMIT = 4 * 1024 * 1024;

/** API Gateway does not wait for ever for a client to answer its close frame. */
const CLOSE_MS = 5000;

export interface ConnectionEvents {
  message(body: string, arrivedAt: number): void;
  /** The connection is over, and API Gateway knows: not called for a dropped one. */
  closed(statusCode: number, reason: string): void;
}

/** One client's open socket with API Gateway's limits on it. */
export class Connection {
  readonly facts: ConnectionFacts;
  lastActiveAt = Date.now();
  readonly #socket: WebSocket;
  readonly #raw: Duplex;
  readonly #idle: NodeJS.Timeout;
  readonly #lifetime: NodeJS.Timeout;
  /** Set when this side closes: the code and reason that $disconnect will tell. */
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
    // Before the library's own listener, so that an oversized frame never becomes a message.
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
    // The library closes the socket itself on whatever it reports here: 1009 for a long message, 1007 for bad UTF-8.
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      clearTimeout(this.#idle);
      clearTimeout(this.#lifetime);
      if (this.#dropped) return;
      const said = this.#closing ?? { code, reason: reason.toString('utf8') || describeClose(code) };
      events.closed(said.code, said.reason);
    });
  }

  /** False as soon as either side has begun to close. */
  get open(): boolean {
    return !this.#closing && !this.#dropped && this.#socket.readyState === this.#socket.OPEN;
  }

  /** False when the client reads too slowly to be sent more. */
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

  /** The network fails: nobody says goodbye, and API Gateway never delivers $disconnect. */
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
