import { WebSocket } from 'ws';

const PATIENCE_MS = 5000;

/** A plain WebSocket that sends and receives frames. */
export interface RawClient {
  send(frame: string | Uint8Array): void;
  /** The next unread frame. Rejects when the connection closes, or after a timeout. */
  next(): Promise<string>;
  /** The close code of the connection. */
  readonly closed: Promise<number>;
  close(): void;
}

export interface RawOptions {
  /** @default 4 */
  eio?: 3 | 4 | 'missing';
  /** Answers the server's pings, and keeps pings and pongs out of `next`. @default true */
  keepAlive?: boolean;
}

/** Connects. The first call of `next` returns the open frame. */
export function openRaw(port: number, { eio = 4, keepAlive = true }: RawOptions = {}): RawClient {
  const revision = eio === 'missing' ? '' : `EIO=${eio}&`;
  const socket = new WebSocket(`ws://localhost:${port}/socket.io/?${revision}transport=websocket`);
  const frames: string[] = [];
  let ended = false;
  let wake = () => {};

  const clientPing =
    eio === 3 && keepAlive ? setInterval(() => socket.readyState === 1 && socket.send('2'), 200) : null;
  socket.on('message', (data) => {
    const frame = data.toString();
    if (keepAlive && frame === '2') return socket.send('3');
    if (keepAlive && frame === '3') return;
    frames.push(frame);
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      if (clientPing) clearInterval(clientPing);
      ended = true;
      wake();
      resolve(code);
    });
  });

  return {
    closed,
    send: (frame) => socket.send(frame),
    close: () => socket.close(),
    async next() {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const frame = frames.shift();
        if (frame !== undefined) return frame;
        if (ended) throw new Error('The connection closed before the next frame');
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error('No frame came in time')), deadline - Date.now());
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
  };
}

/** Connects and joins the main namespace, and reads the frames up to `auth`. */
export async function joinRaw(port: number, options: RawOptions = {}): Promise<RawClient> {
  const client = openRaw(port, options);
  await client.next();
  if (options.eio !== 3) client.send('40');
  await client.next();
  await client.next();
  return client;
}

/** The HTTP status with which the server rejects an upgrade at this path and query. */
export function refusalOf(port: number, target: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://localhost:${port}${target}`);
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      socket.terminate();
    });
    socket.on('open', () => {
      socket.terminate();
      reject(new Error(`The server accepted ${target}`));
    });
    socket.on('error', () => {});
  });
}
