import { WebSocket } from 'ws';
import type { FuzzedFrame } from './frames.ts';
import type { Generation } from './generations.ts';

/** A connection of a client of some generation. It keeps no frames. */
export class FuzzSocket {
  readonly #socket: WebSocket;
  readonly #acks = new Map<number, () => void>();
  /** Whether the user logged in, or the server refused that. */
  readonly #decided: Promise<boolean>;

  /** @param heard receives the arguments of events and acknowledgements, and other frames as texts */
  private constructor(url: URL, { eio, join }: Generation, auth: string, heard: (content: unknown) => void) {
    this.#socket = new WebSocket(url);
    this.#socket.on('error', () => undefined);
    this.#decided = new Promise((resolve) => {
      this.#socket.on('message', (data) => {
        const frame = String(data);
        if (eio === 4 ? frame.startsWith('0{') : frame === '40') this.#socket.send(join(auth));
        else if (eio === 4 && frame === '2') this.#socket.send('3');
        else if (frame.startsWith('41/chat')) resolve(false);
        const [, type, ack, json] = /^4([23])\/chat,(\d*)(\[.*)$/s.exec(frame) ?? [];
        if (json === undefined) return heard(frame);
        if (type === '3') this.#acknowledge(Number(ack));
        const content: unknown = JSON.parse(json);
        if (Array.isArray(content) && content[0] === 'login') resolve(true);
        heard(content);
      });
      this.#socket.on('close', () => {
        resolve(false);
        for (const ack of this.#acks.keys()) this.#acknowledge(ack);
      });
    });
  }

  /** Connects and logs in. Undefined when the server refuses that. */
  static async login(
    origin: string,
    generation: Generation,
    auth: string,
    heard: (content: unknown) => void,
  ): Promise<FuzzSocket | undefined> {
    const url = new URL('/socket.io/', origin.replace(/^http/, 'ws'));
    url.searchParams.set('EIO', String(generation.eio));
    url.searchParams.set('transport', 'websocket');
    if (generation.auth === 'url') url.searchParams.set('auth', auth);
    const socket = new FuzzSocket(url, generation, auth, heard);
    return (await socket.#decided) ? socket : undefined;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Resolves at once, or with the acknowledgement that the server owes. Bytes are sent as text, rarely as binary data. */
  send({ data, ack }: FuzzedFrame, binary = false): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      if (ack === undefined) resolve();
      else this.#acks.set(ack, resolve);
      this.#socket.send(data, { binary });
    });
  }

  close(): void {
    this.#socket.close();
  }

  #acknowledge(ack: number): void {
    this.#acks.get(ack)?.();
    this.#acks.delete(ack);
  }
}
