import { Agent, type OutgoingHttpHeaders } from 'node:http';
import { type Exchange, exchange } from '../shared/http.ts';
import { encodeKey } from './address.ts';

/** The object store: an S3 server on a private port, without authentication and permissions. */
export class ObjectStore {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: { close(): Promise<void> };
  readonly #origin: string;
  readonly #exclusive = new Set<string>();

  private constructor(server: { close(): Promise<void> }, origin: string) {
    this.#server = server;
    this.#origin = origin;
  }

  static async start(directory: string, buckets: Iterable<string>): Promise<ObjectStore> {
    // Loaded on demand, because loading is slow.
    const { default: S3rver } = await import('@20minutes/s3rver');
    const server = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      directory,
      vhostBuckets: false,
      configureBuckets: [...buckets].map((name) => ({ name })),
    });
    const { port } = await server.run();
    return new ObjectStore(server, `http://127.0.0.1:${port}`);
  }

  call(
    method: string,
    { bucket, key, query = '' }: { bucket: string; key: string; query?: string },
    headers: OutgoingHttpHeaders = {},
    body: Buffer = Buffer.alloc(0),
  ): Promise<Exchange> {
    const url = new URL(`${this.#origin}/${bucket}/${encodeKey(key)}${query && `?${query}`}`);
    const sent = { ...headers, 'content-length': body.length };
    return exchange(url, { method, agent: this.#agent, headers: sent }, body);
  }

  /** Runs a task, unless another one with this name is running. Returns undefined in that case. */
  async exclusively<T>(name: string, task: () => Promise<T>): Promise<T | undefined> {
    if (this.#exclusive.has(name)) return undefined;
    this.#exclusive.add(name);
    try {
      return await task();
    } finally {
      this.#exclusive.delete(name);
    }
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#server.close();
  }
}
