import { EventEmitter } from 'node:events';
import { WebSocket } from 'ws';
import type { Client, ConnectOptions } from './clients.ts';

/** The engine checks after this time whether a reconnect succeeded. */
const RECONNECT_WAIT_MS = 10_000;

type Listener = (...args: unknown[]) => void;

/**
 * Reproduces socket.io-client-swift 8 to 12 on the WebSocket transport with `forceWebsockets`, frame by frame. It
 * differs from the JavaScript clients:
 *
 * - It sends no `EIO`, percent-encodes every value of the query, and sends an `Origin`.
 * - It pings right after the open packet and then once per interval. It counts missing pongs.
 * - It drops events that arrive before the namespace is confirmed. An earlier `emit` is an error.
 * - A lost connection is a `reconnect` event. `disconnect` means that it does not reconnect.
 *
 * Source: https://github.com/socketio/socket.io-client-swift, `SocketEngine.swift`, `SocketIOClient.swift`,
 * `SocketParsable.swift`
 */
export class SwiftClient implements Client {
  /** Number of answered pings. */
  pongs = 0;

  readonly #url: string;
  readonly #origin: string;
  readonly #namespace: string;
  readonly #reconnects: boolean;
  readonly #events = new EventEmitter();
  readonly #acks = new Map<number, Listener>();
  #status: 'connecting' | 'connected' | 'notConnected' | 'disconnected' = 'notConnected';
  #reconnecting = false;
  #retry: NodeJS.Timeout | undefined;
  #engine: Engine | undefined;
  #nextAck = 0;

  constructor(url: string, { namespace = '/', query = {}, options = {} }: ConnectOptions) {
    const pairs = Object.entries(query).map(([key, value]) => `&${percentEncode(key)}=${percentEncode(value)}`);
    this.#url = `${url.replace(/^http/, 'ws')}/socket.io/?transport=websocket${pairs.join('')}`;
    this.#origin = url;
    this.#namespace = namespace;
    this.#reconnects = options.reconnection !== false;
    // An EventEmitter throws for an `error` without a listener; the Swift client does not.
    this.#events.on('error', () => undefined);
    this.#connect();
  }

  get connected(): boolean {
    return this.#status === 'connected';
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
    const engine = new Engine(this.#url, this.#origin, {
      message: (packet) => this.#handle(packet),
      pong: () => {
        this.pongs += 1;
      },
      error: (reason) => this.#events.emit('error', reason),
      closed: (reason) => {
        if (engine === this.#engine) this.#engineDidClose(reason);
      },
    });
    this.#engine = engine;
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

interface EngineEvents {
  message(packet: string): void;
  pong(): void;
  error(reason: string): void;
  closed(reason: string): void;
}

/** One connection of the client. */
class Engine {
  readonly #socket: WebSocket;
  readonly #events: EngineEvents;
  #timer: NodeJS.Timeout | undefined;
  #pongsMissed = 0;
  #pongsMissedMax = 0;
  #closed = false;

  constructor(url: string, origin: string, events: EngineEvents) {
    this.#events = events;
    this.#socket = new WebSocket(url, { origin });
    this.#socket.on('message', (data) => this.#parse(String(data)));
    this.#socket.on('error', (error) => events.error(error.message));
    this.#socket.on('close', () => this.#close('Socket Disconnected'));
  }

  send(frame: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  disconnect(reason: string): void {
    this.send('1');
    this.#socket.close();
    this.#close(reason);
  }

  #parse(frame: string): void {
    switch (frame.charAt(0)) {
      case '0':
        this.#open(frame.slice(1));
        break;
      case '1':
        this.#close('1');
        break;
      case '3':
        this.#pongsMissed = 0;
        this.#events.pong();
        break;
      case '4':
        this.#events.message(frame.slice(1));
        break;
      case '6':
        break;
      default:
        this.#events.error(`Got unknown error from server ${frame}`);
        this.disconnect('Got unknown error from server');
    }
  }

  #open(data: string): void {
    const { pingInterval, pingTimeout }: Record<string, number> = JSON.parse(data);
    if (!pingInterval || !pingTimeout) throw new Error(`The open packet names no times: ${data}`);
    this.#pongsMissedMax = Math.floor(pingTimeout / pingInterval);
    this.#sendPing();
    this.#timer = setInterval(() => this.#sendPing(), pingInterval);
  }

  #sendPing(): void {
    if (this.#pongsMissed > this.#pongsMissedMax) {
      this.disconnect('Ping timeout');
    } else {
      this.#pongsMissed += 1;
      this.send('2');
    }
  }

  #close(reason: string): void {
    clearInterval(this.#timer);
    if (this.#closed) return;
    this.#closed = true;
    this.#events.closed(reason);
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
