import { randomUUID } from 'node:crypto';
import {
  type Application,
  beat,
  type Connection,
  type Eio,
  nextBeatAt,
  openFrame,
  PING,
  type Pulse,
  receive,
  serve,
} from '../../functions/protocol/index.ts';
import { JOIN_TIMEOUT_MS, MAX_PAYLOAD, PING_INTERVAL_MS, PING_TIMEOUT_MS } from './limits.ts';

const TIMES = { pingInterval: PING_INTERVAL_MS, pingTimeout: PING_TIMEOUT_MS };

/** How a session reaches its client. */
export interface Transport {
  send(frame: string): Promise<void>;
  close(): void;
}

export interface SessionOptions {
  readonly eio: Eio;
  readonly application: Application;
  readonly transport: Transport;
  /** The transports to which the client may upgrade. */
  readonly upgrades: readonly string[];
  /** Called when the session has ended. */
  readonly ended?: (id: string) => void;
}

/** An Engine.IO session. It can continue on another transport. */
export class Session {
  readonly id = randomUUID();
  readonly eio: Eio;
  readonly #application: Application;
  readonly #ended: (id: string) => void;
  readonly #connection: Connection;
  readonly #join = setTimeout(() => this.close(), JOIN_TIMEOUT_MS);
  #transport: Transport;
  #open = true;
  /** Frames are handled in sequence. */
  #work: Promise<void>;
  #pulse: Pulse = { heardAt: performance.now() };
  #beat: NodeJS.Timeout;

  constructor({ eio, application, transport, upgrades, ended = () => {} }: SessionOptions) {
    this.eio = eio;
    this.#application = application;
    this.#transport = transport;
    this.#ended = ended;
    this.#connection = {
      id: this.id,
      eio,
      namespaces: new Set(),
      send: (frame) => this.#transport.send(frame),
      close: async () => this.close(),
    };
    this.#work = transport.send(openFrame(eio, { sid: this.id, upgrades, ...TIMES, maxPayload: MAX_PAYLOAD }));
    // Engine.IO 3 clients do not request the main namespace. They wait for its confirmation.
    if (eio === 3) this.#handle('40');
    this.#beat = setTimeout(() => this.#look(), PING_INTERVAL_MS);
  }

  /** Handles a frame of the client, after those before it. Frames after the end are ignored. */
  receive(frame: string): void {
    if (this.eio === 3 || receive(this.eio, frame).kind === 'pong')
      this.#pulse = { ...this.#pulse, heardAt: performance.now() };
    this.#handle(frame);
  }

  /** Continues on another transport. */
  move(transport: Transport): void {
    this.#transport = transport;
  }

  /** Ends the session from the side of the server. */
  close(): void {
    this.end();
    this.#transport.close();
  }

  /** The client is gone. */
  end(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#beat);
    clearTimeout(this.#join);
    this.#ended(this.id);
  }

  #handle(frame: string): void {
    this.#work = this.#work
      .then(async () => {
        if (this.#open) await serve(this.#application, this.#connection, receive(this.eio, frame));
        if (this.#connection.namespaces.size > 0) clearTimeout(this.#join);
      })
      .catch((error: unknown) => {
        console.error('Handling a frame failed', error);
        this.close();
      });
  }

  /** Pings the client when a ping is due, and closes the session after a timeout. */
  #look(): void {
    const now = performance.now();
    const due = beat(this.eio, this.#pulse, TIMES, now);
    if (due === 'close') {
      this.close();
      return;
    }
    if (due === 'ping') {
      this.#pulse = { ...this.#pulse, pingedAt: now };
      void this.#transport.send(PING);
    }
    this.#beat = setTimeout(() => this.#look(), Math.ceil(nextBeatAt(this.eio, this.#pulse, TIMES) - now));
  }
}
