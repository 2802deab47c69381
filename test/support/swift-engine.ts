import { WebSocket } from 'ws';

/** Packet types of Engine.IO. */
const [CLOSE, PING, UPGRADE, NOOP] = ['1', '2', '5', '6'];

export interface EngineEvents {
  message(packet: string): void;
  pong(): void;
  error(reason: string): void;
  closed(reason: string): void;
}

export interface EngineOptions {
  /** http://host:port */
  origin: string;
  /** Pairs of the query, each with a leading `&`. */
  query: string;
  /** Whether the engine uses only the WebSocket transport. */
  forceWebsockets: boolean;
}

/**
 * One connection of socket.io-client-swift 8 to 15. Differences from the JavaScript engines:
 *
 * - It sends no `EIO`, percent-encodes every value of the query, and sends an `Origin` on the websocket.
 * - It pings right after the open packet and then once per interval. It counts missing pongs.
 * - Strings in polling payloads are UTF-8 encoded twice.
 * - When the probe succeeds, it waits until its pending GET returns. A failed probe leaves it with polling.
 *
 * Source: https://github.com/socketio/socket.io-client-swift, `SocketEngine.swift`, `SocketEnginePollable.swift`
 */
export class SwiftEngine {
  readonly #options: EngineOptions;
  readonly #events: EngineEvents;
  readonly #ended = new AbortController();
  #socket: WebSocket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pongsMissed = 0;
  #pongsMissedMax = 0;
  #sid = '';
  #connected = false;
  #closed = false;
  /** Whether the WebSocket is the transport. */
  #websocket: boolean;
  /** Whether the WebSocket is open, but not yet the transport. */
  #probing = false;
  /** Whether the probe succeeded. From then on, the engine starts no request. */
  #fastUpgrade = false;
  #waitingForPoll = false;
  #waitingForPost = false;
  /** Packets that wait for a running POST. */
  #postWait: string[] = [];
  /** Packets that wait for the end of the probe. */
  #probeWait: string[] = [];

  constructor(options: EngineOptions, events: EngineEvents) {
    this.#options = options;
    this.#events = events;
    this.#websocket = options.forceWebsockets;
    if (options.forceWebsockets) this.#connectSocket();
    else void this.#poll(this.#url('http', 'polling'));
  }

  /** Its id, from the open packet. */
  get session(): string {
    return this.#sid;
  }

  /** Whether the connection uses the WebSocket transport. */
  get upgraded(): boolean {
    return this.#websocket;
  }

  send(frame: string): void {
    if (!this.#connected) return;
    if (this.#websocket) this.#sendSocket(frame);
    else if (this.#probing) this.#probeWait.push(frame);
    else this.#sendPoll(frame);
  }

  disconnect(reason: string): void {
    if (this.#websocket) this.#sendSocket(CLOSE);
    else if (this.#connected && !this.#closed) {
      this.#request('POST', payload([...this.#postWait, CLOSE])).catch(() => undefined);
    }
    this.#close(reason);
  }

  /** Ends without a word, as an engine does that the client replaces. */
  release(): void {
    this.#close('Released');
  }

  #url(scheme: 'http' | 'ws', transport: string): string {
    const sid = this.#sid === '' ? '' : `&sid=${encodeURIComponent(this.#sid)}`;
    const base64 = transport === 'polling' ? '&b64=1' : '';
    const { origin, query } = this.#options;
    return `${origin.replace(/^http/, scheme)}/socket.io/?transport=${transport}${base64}${query}${sid}`;
  }

  #connectSocket(): void {
    const socket = new WebSocket(this.#url('ws', 'websocket'), { origin: this.#options.origin });
    this.#socket = socket;
    socket.on('open', () => {
      if (this.#options.forceWebsockets) {
        this.#connected = true;
      } else {
        this.#probing = true;
        this.#sendSocket(`${PING}probe`);
      }
    });
    socket.on('message', (data) => this.#parse(String(data)));
    socket.on('error', (error) => {
      if (this.#websocket) this.#events.error(error.message);
    });
    socket.on('close', () => {
      if (this.#websocket) this.#close('Socket Disconnected');
      else this.#endProbe();
    });
  }

  #sendSocket(frame: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  #sendPoll(frame: string): void {
    this.#postWait.push(frame);
    if (!this.#waitingForPost) void this.#flushPosts();
  }

  async #flushPosts(): Promise<void> {
    if (this.#postWait.length === 0) return;
    if (this.#websocket) {
      for (const frame of this.#postWait.splice(0)) this.#sendSocket(frame);
      return;
    }
    const body = payload(this.#postWait.splice(0));
    if (this.#fastUpgrade || this.#closed) return;
    this.#waitingForPost = true;
    try {
      await this.#request('POST', body);
    } catch (error) {
      if (!this.#websocket) this.#fail(String(error));
      return;
    }
    this.#waitingForPost = false;
    if (this.#fastUpgrade) return;
    void this.#flushPosts();
    this.#doPoll();
  }

  #doPoll(): void {
    if (this.#websocket || this.#waitingForPoll || this.#closed || !this.#connected) return;
    void this.#poll(this.#url('http', 'polling'));
  }

  async #poll(url: string): Promise<void> {
    this.#waitingForPoll = true;
    let text: string;
    try {
      text = await this.#request('GET', undefined, url);
    } catch (error) {
      if (!this.#websocket) this.#fail(String(error));
      return;
    }
    if (this.#websocket || this.#closed) return;
    for (const packet of packets(text)) this.#parse(packet);
    this.#waitingForPoll = false;
    if (this.#fastUpgrade) this.#upgrade();
    else this.#doPoll();
  }

  /** Sends a request. The status of a response is not checked. */
  async #request(method: 'GET' | 'POST', body?: string, url = this.#url('http', 'polling')): Promise<string> {
    const headers = body === undefined ? {} : { 'content-type': 'text/plain; charset=UTF-8' };
    // The last POST of a connection is not cancelled.
    const signal = method === 'GET' ? this.#ended.signal : null;
    const response = await fetch(url, { method, headers, signal, ...(body !== undefined && { body }) });
    return response.text();
  }

  #upgrade(): void {
    this.#sendSocket(UPGRADE);
    this.#websocket = true;
    this.#fastUpgrade = false;
    this.#endProbe();
    void this.#flushPosts();
  }

  #endProbe(): void {
    this.#probing = false;
    for (const frame of this.#probeWait.splice(0)) this.send(frame);
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
        if (frame === '3probe') {
          this.#fastUpgrade = true;
          this.#sendPoll(NOOP);
        }
        break;
      case '4':
        this.#events.message(frame.slice(1));
        break;
      case '6':
        this.#doPoll();
        break;
      default:
        this.#fail(`Got unknown error from server ${frame}`);
    }
  }

  #open(data: string): void {
    const { sid, upgrades, pingInterval, pingTimeout }: Record<string, unknown> = JSON.parse(data);
    if (typeof pingInterval !== 'number' || typeof pingTimeout !== 'number')
      throw new Error(`The open packet names no times: ${data}`);
    this.#sid = String(sid);
    this.#connected = true;
    this.#pongsMissedMax = Math.floor(pingTimeout / pingInterval);
    if (!this.#options.forceWebsockets && [upgrades].flat().includes('websocket')) this.#connectSocket();
    this.#sendPing();
    this.#timer = setInterval(() => this.#sendPing(), pingInterval);
    if (!this.#options.forceWebsockets) this.#doPoll();
  }

  #sendPing(): void {
    if (this.#pongsMissed > this.#pongsMissedMax) {
      this.disconnect('Ping timeout');
    } else {
      this.#pongsMissed += 1;
      this.send(PING);
    }
  }

  #fail(reason: string): void {
    if (this.#closed) return;
    this.#events.error(reason);
    this.disconnect(reason);
  }

  #close(reason: string): void {
    clearInterval(this.#timer);
    if (this.#closed) return;
    this.#closed = true;
    this.#connected = false;
    this.#ended.abort();
    this.#socket?.close();
    this.#events.closed(reason);
  }
}

/** A polling payload. Each byte of the UTF-8 text becomes a character, and the length counts these. */
function payload(frames: readonly string[]): string {
  return frames
    .map((frame) => Buffer.from(frame, 'utf8').toString('latin1'))
    .map((frame) => `${frame.length}:${frame}`)
    .join('');
}

/** The packets of a response. Text without lengths is an error of the server. */
function packets(text: string): string[] {
  if (text.length === 1) return [];
  const found: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const [prefix, length] = /^(\d+):/.exec(rest) ?? [];
    if (prefix === undefined) return [...found, text];
    const end = prefix.length + Number(length);
    found.push(decodeTwice(rest.slice(prefix.length, end)));
    rest = rest.slice(end);
  }
  return found;
}

/** Decodes text whose characters are the bytes of valid UTF-8. Other text stays as it is. */
function decodeTwice(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.toString('latin1') !== text) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return text;
  }
}
