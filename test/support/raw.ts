import { WebSocket } from 'ws';
import { Inbox } from './collect.ts';

/** A bare websocket that speaks Engine.IO by hand, for what no stock client would send. */
export class RawClient {
  readonly frames: Inbox;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.frames = new Inbox({ on: (_, listener) => socket.on('message', (data) => listener(String(data))) }, 'message');
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    socket.on('error', () => undefined);
  }

  /**
   * Connects with the given query; rejects with the HTTP status when the upgrade is refused. It is no client that recovers
   * what it missed, unless the query says so, so that it is logged in without asking for it. What is empty is left out.
   */
  static async connect(origin: string, query: Record<string, string>): Promise<RawClient> {
    const url = new URL('/socket.io/', origin.replace(/^http/, 'ws'));
    for (const [name, value] of Object.entries({ recovery: 'false', ...query })) {
      if (value !== '') url.searchParams.set(name, value);
    }
    const client = new RawClient(new WebSocket(url));
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve);
      client.socket.once('unexpected-response', (_, response) => reject(new Error(`HTTP ${response.statusCode}`)));
      client.socket.once('error', reject);
    });
    return client;
  }

  send(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** Waits for a frame that has come or comes. */
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
