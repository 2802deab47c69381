import { EventEmitter } from 'node:events';
import type { Client, ConnectOptions } from './clients.ts';
import { type EngineOptions, SwiftEngine } from './swift-engine.ts';

/** The engine checks after this time whether a reconnect succeeded. */
const RECONNECT_WAIT_MS = 10_000;

type Listener = (...args: unknown[]) => void;

/**
 * Reproduces socket.io-client-swift 8 to 12, frame by frame. It differs from the JavaScript clients:
 *
 * - Its engine differs ({@link SwiftEngine}).
 * - It drops events that arrive before the namespace is confirmed. An earlier `emit` is an error.
 * - A lost connection is a `reconnect` event. `disconnect` means that it does not reconnect.
 *
 * Source: https://github.com/socketio/socket.io-client-swift, `SocketIOClient.swift`, `SocketParsable.swift`
 */
export class SwiftClient implements Client {
  /** Number of answered pings. */
  pongs = 0;

  readonly #options: EngineOptions;
  readonly #namespace: string;
  readonly #reconnects: boolean;
  readonly #events = new EventEmitter();
  readonly #acks = new Map<number, Listener>();
  #status: 'connecting' | 'connected' | 'notConnected' | 'disconnected' = 'notConnected';
  #reconnecting = false;
  #retry: NodeJS.Timeout | undefined;
  #engine: SwiftEngine | undefined;
  #nextAck = 0;

  constructor(origin: string, { namespace = '/', query = {}, options = {}, polling = false }: ConnectOptions) {
    const pairs = Object.entries(query).map(([key, value]) => `&${percentEncode(key)}=${percentEncode(value)}`);
    this.#options = { origin, query: pairs.join(''), forceWebsockets: !polling };
    this.#namespace = namespace;
    this.#reconnects = options.reconnection !== false;
    // An EventEmitter throws for an `error` without a listener; the Swift client does not.
    this.#events.on('error', () => undefined);
    this.#connect();
  }

  get connected(): boolean {
    return this.#status === 'connected';
  }

  /** The id of the Engine.IO session. */
  get session(): string {
    return this.#engine?.session ?? '';
  }

  /** Whether the connection uses the WebSocket transport. */
  get upgraded(): boolean {
    return this.#engine?.upgraded === true;
  }

  on(event: string, listener: Listener): void {
    this.#events.on(event, listener);
  }

  once(event: string, listener: Listener): void {
    this.#events.once(event, listener);
  }

  off(event: string, listener: Listener): void {
    this.#events.off(event, listener);
  }

  emit(event: string, ...args: unknown[]): void {
    if (!this.connected) {
      this.#events.emit('error', `Tried emitting ${event} when not connected`);
      return;
    }
    const callback = args.at(-1);
    let id = '';
    if (isListener(callback)) {
      args.pop();
      id = String(this.#nextAck);
      this.#acks.set(this.#nextAck++, callback);
    }
    // NSJSONSerialization escapes slashes.
    const data = JSON.stringify([event, ...args]).replaceAll('/', '\\/');
    this.#engine?.send(`42${this.#namespace === '/' ? '' : `${this.#namespace},`}${id}${data}`);
  }

  close(): void {
    this.#didDisconnect('Disconnect');
  }

  /** Closes only the engine, which interprets this as a lost connection. */
  closeEngine(): void {
    this.#engine?.disconnect('Engine closed');
  }

  #connect(): void {
    this.#status = 'connecting';
    const engine = new SwiftEngine(this.#options, {
      message: (packet) => this.#handle(packet),
      pong: () => {
        this.pongs += 1;
      },
      error: (reason) => this.#events.emit('error', reason),
      closed: (reason) => {
        if (engine === this.#engine) this.#engineDidClose(reason);
      },
    });
    const replaced = this.#engine;
    this.#engine = engine;
    replaced?.release();
  }

  #engineDidClose(reason: string): void {
    if (this.#status !== 'disconnected') this.#status = 'notConnected';
    if (this.#status === 'disconnected' || !this.#reconnects) {
      this.#didDisconnect(reason);
    } else if (!this.#reconnecting) {
      this.#reconnecting = true;
      this.#events.emit('reconnect', reason);
      this.#tryReconnect();
    }
  }

  #tryReconnect(): void {
    if (!this.#reconnecting || this.#status === 'disconnected') return;
    this.#connect();
    this.#retry = setTimeout(() => this.#tryReconnect(), RECONNECT_WAIT_MS);
  }

  #didDisconnect(reason: string): void {
    if (this.#status === 'disconnected') return;
    this.#reconnecting = false;
    clearTimeout(this.#retry);
    this.#status = 'disconnected';
    this.#engine?.disconnect(reason);
    this.#events.emit('disconnect', reason);
  }

  #handle(packet: string): void {
    const [, type, namespace = '/', id = '', data = ''] = /^(\d)(?:(\/[^,]*),?)?(\d*)(.*)$/s.exec(packet) ?? [];
    const mine = namespace === this.#namespace;
    if (type === '0') {
      if (namespace === '/' && !mine) this.#engine?.send(`40${this.#namespace}`);
      else this.#didConnect();
    } else if (type === '1') {
      this.#didDisconnect('Got Disconnect');
    } else if (type === '4') {
      this.#events.emit('error', ...[JSON.parse(data)].flat());
    } else if (mine && this.connected) {
      const [first, ...rest]: unknown[] = JSON.parse(data);
      if (type === '2') this.#events.emit(String(first), ...rest);
      if (type === '3') this.#acks.get(Number(id))?.(first, ...rest);
    }
  }

  #didConnect(): void {
    this.#status = 'connected';
    this.#reconnecting = false;
    clearTimeout(this.#retry);
    this.#events.emit('connect', this.#namespace);
  }
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function';
}

/** Reproduces `stringByAddingPercentEncodingWithAllowedCharacters` with the characters that the engine allows. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
