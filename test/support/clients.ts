import { createRequire } from 'node:module';
import { SwiftClient } from './swift-client.ts';

/** The supported stock Socket.IO clients, by version. */
const PACKAGES = {
  '1.4.8': { name: 'socket.io-client-1.4', eio: 3 },
  '1.7.4': { name: 'socket.io-client-1.7', eio: 3 },
  '2.5.0': { name: 'socket.io-client-2', eio: 3 },
  '3.1.3': { name: 'socket.io-client-3', eio: 4 },
  '4.8.4': { name: 'socket.io-client', eio: 4 },
} as const;

type PackageVersion = keyof typeof PACKAGES;

/** A port of the client in MaxIM's iOS SDK. */
export const SWIFT = 'for Swift 8';

export type ClientVersion = PackageVersion | typeof SWIFT;

export const CLIENT_VERSIONS = ['1.4.8', '1.7.4', '2.5.0', '3.1.3', '4.8.4'] as const satisfies PackageVersion[];

/** The common interface of all client versions. */
export interface Client {
  readonly connected: boolean;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  once(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  /** A function as the last argument requests an acknowledgement. */
  emit(event: string, ...args: unknown[]): unknown;
  close(): unknown;
}

export interface ConnectOptions {
  /** @default '/' */
  namespace?: string;
  /** Part of the handshake URL. Clients 1.7 and 2.5 repeat it behind the namespace. */
  query?: Record<string, string>;
  /** Whether the client starts with long-polling, as all clients do by default. @default false */
  polling?: boolean;
  /** Other options of that client version: `auth`, `reconnectionDelay`, `path`… */
  options?: Record<string, unknown>;
}

type Io = (url: string, options: Record<string, unknown>) => Client;

const require = createRequire(import.meta.url);

function isIo(value: unknown): value is Io {
  return typeof value === 'function';
}

const loaded = new Map<PackageVersion, Io>(
  CLIENT_VERSIONS.map((version) => {
    const io: unknown = require(PACKAGES[version].name);
    if (!isIo(io)) throw new Error(`socket.io-client ${version} exports no function`);
    return [version, io];
  }),
);

/** The Engine.IO revision of a client. */
export function eioOf(version: ClientVersion): 3 | 4 {
  return version === SWIFT ? 3 : PACKAGES[version].eio;
}

/** Connects a client of a version on its own connection to `http://host:port`, by default over WebSocket only. */
export function connectClient(version: ClientVersion, url: string, connect: ConnectOptions = {}): Client {
  if (version === SWIFT) return new SwiftClient(url, connect);
  const { namespace = '/', query, options, polling = false } = connect;
  const io = loaded.get(version);
  if (!io) throw new Error(`There is no client ${version}`);
  const search = query ? `?${encodeQuery(query)}` : '';
  return io(`${url}${namespace}${search}`, {
    ...(polling ? {} : { transports: ['websocket'] }),
    forceNew: true,
    ...options,
  });
}

/** URLSearchParams encodes a space as `+`, which older clients do not decode. */
function encodeQuery(query: Record<string, string>): string {
  return Object.entries(query)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** The transport that a connected client uses now. */
export function transportOf(client: Client): unknown {
  if (client instanceof SwiftClient) return client.upgraded ? 'websocket' : 'polling';
  return Object(Object(client).io).engine.transport.name;
}

/** The id of a client's Engine.IO session. Without long-polling, it is that of the connection. */
export function sessionOf(client: Client): string {
  return client instanceof SwiftClient ? client.session : Object(Object(client).io).engine.id;
}

/** Closes a client's Engine.IO session without leaving its namespaces. Data that was sent still arrives. */
export function closeEngine(client: Client): void {
  if (client instanceof SwiftClient) client.closeEngine();
  else Object(Object(client).io).engine.close();
}

/** Resolves with the arguments of the next event of this name. Rejects after a timeout. */
export function nextEvent(client: Client, event: string, timeoutMs = 5000): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const listener = (...args: unknown[]) => {
      clearTimeout(timer);
      resolve(args);
    };
    const timer = setTimeout(() => {
      client.off(event, listener);
      reject(new Error(`The client received no "${event}" within ${timeoutMs} ms`));
    }, timeoutMs);
    client.once(event, listener);
  });
}

/** Emits an event and resolves with the arguments of its acknowledgement. Rejects after a timeout. */
export function emitWithAck(client: Client, event: string, args: unknown[], timeoutMs = 5000): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`The client received no acknowledgement of "${event}" within ${timeoutMs} ms`)),
      timeoutMs,
    );
    client.emit(event, ...args, (...answer: unknown[]) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}
