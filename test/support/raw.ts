import { WebSocket } from 'ws';
import { Inbox } from './collect.ts';

const open = new Set<RawClient>();

/** Closes all open clients. */
export async function closeRawClients(): Promise<void> {
  const left = [...open];
  for (const client of left) client.close();
  await Promise.all(left.map(({ closed }) => closed));
}

/** A plain WebSocket with hand-written Engine.IO frames, for input that no stock client sends. */
export class RawClient {
  readonly frames: Inbox;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    open.add(this);
    socket.on('close', () => open.delete(this));
    this.frames = new Inbox({ on: (_, listener) => socket.on('message', (data) => listener(String(data))) }, 'message');
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    socket.on('error', () => undefined);
  }

  /**
   * Connects with a query, without its empty values. With credentials it joins `/chat` as stock clients do, unless `join`
   * is false. Rejects with the HTTP status when the upgrade is rejected.
   */
  static async connect(origin: string, query: Record<string, string>, { join = true } = {}): Promise<RawClient> {
    const url = new URL('/socket.io/', origin.replace(/^http/, 'ws'));
    for (const [name, value] of Object.entries(query)) {
      if (value !== '') url.searchParams.set(name, value);
    }
    const client = new RawClient(new WebSocket(url));
    if (query.auth && join) client.#join(query.EIO === '4');
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('unexpected-response', (_, response) => reject(new Error(`HTTP ${response.statusCode}`)));
      client.socket.once('error', reject);
    });
    return client;
  }

  #join(eio4: boolean): void {
    this.socket.on('message', (data) => {
      const frame = String(data);
      if (eio4 ? frame.startsWith('0') : frame === '40') this.send(eio4 ? '40/chat,' : '40/chat');
    });
  }

  /** The id of the connection, from the open packet. */
  get connectionId(): string {
    return JSON.parse(String(this.frames.received[0]).slice(1)).sid;
  }

  send(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** Waits for a frame, received already or later. */
  async until(matches: (frame: string) => boolean, patience?: number): Promise<string> {
    for (let n = 0; ; n++) {
      const frame = String(await this.frames.at(n, patience));
      if (matches(frame)) return frame;
    }
  }

  close(): void {
    this.socket.close();
  }
}
