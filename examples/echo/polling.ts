import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodePayload, type Eio, encodePayload, OCTET_STREAM, receive } from '../../functions/protocol/index.ts';
import { BAD_REQUEST, type Refusal } from './admission.ts';
import { MAX_PAYLOAD } from './limits.ts';
import type { Session, Transport } from './session.ts';

const CLOSE = '1';
const NOOP = '6';

/** The long-polling transport of a session. Packets wait here for the next GET of the client. */
export class PollingTransport implements Transport {
  readonly #eio: Eio;
  #packets: string[] = [];
  /** The GET that waits for packets. */
  #pending: ServerResponse | undefined;
  #state: 'polling' | 'probed' | 'retired' = 'polling';

  constructor(eio: Eio) {
    this.#eio = eio;
  }

  /** Whether requests still belong to the session. */
  get retired(): boolean {
    return this.#state === 'retired';
  }

  async send(packet: string): Promise<void> {
    this.#packets.push(packet);
    this.#flush();
  }

  close(): void {
    void this.send(CLOSE);
  }

  /** Answers a GET, as soon as there are packets. Returns false if another GET waits. */
  poll(response: ServerResponse): boolean {
    if (this.#pending) return false;
    this.#pending = response;
    response.on('close', () => {
      if (this.#pending === response) this.#pending = undefined;
    });
    if (this.#state === 'probed' && this.#packets.length === 0) this.#packets.push(NOOP);
    this.#flush();
    return true;
  }

  /** Ends the pending GET. A client that closes the session expects that. */
  release(): void {
    if (this.#pending) void this.send(NOOP);
  }

  /** A WebSocket may take over. From now on, no GET waits. Returns false if another one did. */
  probe(): boolean {
    if (this.#state !== 'polling') return false;
    this.#state = 'probed';
    this.release();
    return true;
  }

  /** The WebSocket closed before it took over. */
  endProbe(): void {
    this.#state = 'polling';
  }

  /** The WebSocket takes over, with the packets that no GET has fetched. */
  retire(): string[] {
    this.release();
    this.#state = 'retired';
    return this.#packets.splice(0);
  }

  #flush(): void {
    if (!this.#pending || this.#packets.length === 0) return;
    const response = this.#pending;
    this.#pending = undefined;
    answer(response, 200, encodePayload(this.#eio, this.#packets.splice(0)), 'text/plain; charset=UTF-8');
  }
}

/** Handles the packets of a POST in their order. An invalid payload ends the session. */
export async function acceptPost(
  request: IncomingMessage,
  response: ServerResponse,
  session: Session,
  polling: PollingTransport,
): Promise<void> {
  const body = await readBody(request);
  if (!body) return answer(response, 413, '', 'text/plain');
  const isBinary = request.headers['content-type'] === OCTET_STREAM;
  const packets = decodePayload(session.eio, isBinary ? body : body.toString());
  const kinds = packets?.map((packet) => receive(session.eio, packet).kind);
  if (!packets || kinds?.includes('invalid')) {
    session.close();
    return refuseRequest(response, BAD_REQUEST);
  }
  if (kinds?.includes('close')) polling.release();
  for (const packet of packets) session.receive(packet);
  answer(response, 200, 'ok', 'text/html');
}

export function refuseRequest(response: ServerResponse, { status, body }: Refusal): void {
  answer(response, status, JSON.stringify(body), 'application/json');
}

function answer(response: ServerResponse, status: number, body: string, type: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Reads a body. Returns undefined if it exceeds the limit. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_PAYLOAD) chunks.push(chunk);
  }
  return size <= MAX_PAYLOAD ? Buffer.concat(chunks) : undefined;
}
