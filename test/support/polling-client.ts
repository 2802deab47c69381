import { decodePayload, type Eio, encodePayload } from '../../functions/protocol/index.ts';
import { newSid, readSid } from '../../functions/shared/sid.ts';
import { RawClient } from './raw.ts';

/** The answer to a request. `packets` is empty for an error. */
export interface PollingAnswer {
  readonly status: number;
  readonly body: string;
  readonly packets: readonly string[];
}

/** A client of the long-polling transport that sends each request by hand. */
export class PollingClient {
  sid: string;
  /** The packets of the handshake. */
  readonly first: readonly string[];
  readonly #origin: string;
  readonly #eio: Eio;
  readonly #query: Record<string, string>;

  private constructor(origin: string, eio: Eio, query: Record<string, string>, first: readonly string[]) {
    this.#origin = origin;
    this.#eio = eio;
    this.#query = query;
    this.first = first;
    this.sid = JSON.parse(String(first[0]).slice(1)).sid;
  }

  /** Opens a session with a query, for instance `{ auth }`. */
  static async open(origin: string, eio: Eio, query: Record<string, string> = {}): Promise<PollingClient> {
    const { status, body, packets } = await pollingRequest(origin, eio, 'GET', query);
    if (status !== 200) throw new Error(`The handshake failed with ${status}: ${body}`);
    return new PollingClient(origin, eio, query, packets);
  }

  /** Logs in as stock clients do, with one request that waits. It starts after the probe, so that it reads only once. */
  static async login(origin: string, eio: Eio, auth: string): Promise<RawClient> {
    const client = await PollingClient.open(origin, eio, { auth });
    await client.post(eio === 4 ? '40/chat,' : '40/chat');
    const socket = await client.socket('2probe');
    await socket.until((frame) => frame === '3probe');
    await client.get();
    socket.send('5');
    await socket.until((frame) => frame.includes('"login"'));
    return socket;
  }

  /** Makes the session older, as if its client had waited. Nothing of it must be stored yet. */
  age(milliseconds: number): this {
    this.sid = olderSid(this.sid, milliseconds);
    return this;
  }

  get(): Promise<PollingAnswer> {
    return pollingRequest(this.#origin, this.#eio, 'GET', { ...this.#query, sid: this.sid });
  }

  post(...packets: string[]): Promise<PollingAnswer> {
    return this.send(encodePayload(this.#eio, packets));
  }

  send(body: string | Buffer, type?: string): Promise<PollingAnswer> {
    return pollingRequest(this.#origin, this.#eio, 'POST', { ...this.#query, sid: this.sid }, body, type);
  }

  /** Opens a WebSocket connection for the session, and sends frames. */
  async socket(...frames: string[]): Promise<RawClient> {
    const query = { EIO: String(this.#eio), transport: 'websocket', sid: this.sid, ...this.#query };
    const socket = await RawClient.connect(this.#origin, query, { join: false });
    for (const frame of frames) socket.send(frame);
    return socket;
  }

  /** Upgrades as stock clients do. */
  async upgrade(): Promise<RawClient> {
    const socket = await this.socket('2probe');
    await socket.until((frame) => frame === '3probe');
    socket.send('5');
    return socket;
  }
}

/** The id of a session like another one, but older. It is as long. */
export function olderSid(sid: string, milliseconds: number): string {
  const session = readSid(sid);
  if (!session) throw new Error(`${sid} is no id of a session`);
  return newSid({ ...session, opened: session.opened - milliseconds });
}

/** Sends one request of the long-polling transport. */
export async function pollingRequest(
  origin: string,
  eio: Eio,
  method: string,
  query: Record<string, string>,
  body?: string | Buffer,
  type = 'text/plain;charset=UTF-8',
): Promise<PollingAnswer> {
  const search = new URLSearchParams({ EIO: String(eio), transport: 'polling', ...query });
  const response = await fetch(`${origin}/socket.io/?${search}`, {
    method,
    ...(body !== undefined && { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    headers: { 'content-type': type },
  });
  const text = await response.text();
  const packets = response.ok && method === 'GET' ? (decodePayload(eio, text) ?? []) : [];
  return { status: response.status, body: text, packets };
}
