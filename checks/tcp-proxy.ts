import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { HEARTBEAT } from '../functions/shared/heartbeat-times.ts';

export interface ProxyOptions {
  /** Closes a connection after this time without bytes in either direction. @default never */
  readonly idleMs?: number;
  /** Replaces the times of the heartbeat that the server announces. @default those of the server */
  readonly heartbeat?: Partial<typeof HEARTBEAT>;
}

/** A TCP proxy in front of the local cloud. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #origin = '';

  private constructor(target: URL, { idleMs = 0, heartbeat = {} }: ProxyOptions) {
    this.#server = createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(from);
        from.setTimeout(idleMs, () => end(client, server));
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.on('end', () => to.end());
      }
      client.on('data', (chunk) => server.write(chunk));
      server.on('data', (chunk: Buffer) => client.write(announcing(chunk, heartbeat)));
    });
  }

  static async start(target: string, options: ProxyOptions = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(target), options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.#origin = `http://127.0.0.1:${(proxy.#server.address() as AddressInfo).port}`;
    return proxy;
  }

  get origin(): string {
    return this.#origin;
  }

  /** Ends all connections, as a failing network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.#server.close();
    this.cut();
  }
}

/** A proxy closes both sides. Neither receives a close frame. */
function end(...sockets: Socket[]): void {
  for (const socket of sockets) socket.end();
}

/** Replaces times in the open packet. Spaces keep its length, which is also in the frame and the payload around it. */
function announcing(chunk: Buffer, heartbeat: Partial<typeof HEARTBEAT>): Buffer {
  if (!chunk.includes('"pingInterval":')) return chunk;
  let text = chunk.toString('latin1');
  for (const name of ['pingInterval', 'pingTimeout'] as const) {
    const announced = `"${name}":${HEARTBEAT[name]}`;
    text = text.replace(announced, `"${name}":${heartbeat[name] ?? HEARTBEAT[name]}`.padEnd(announced.length));
  }
  return Buffer.from(text, 'latin1');
}
