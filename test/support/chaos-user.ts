import { setTimeout } from 'node:timers/promises';
import type { Address } from './chat-app.ts';
import { Inbox } from './collect.ts';
import { credentials, rest, someone } from './demo-app.ts';
import { Device } from './device.ts';

/** How long an app waits for an answer before it repeats the request, ms. */
const PATIENCE_MS = 6000;
const MOST_ATTEMPTS = 30;

/** A message that a user sent. */
export interface Sent {
  readonly to: Address;
  readonly body: string;
  readonly cid: string | undefined;
  /** The id in the answer; undefined without an answer. */
  id: string | undefined;
}

/**
 * A user with one device, whose requests can fail. It keeps the ids of messages, catches up with `since`, and repeats
 * messages with a `cid` only when it is told to.
 */
export class ChaosUser {
  readonly id: string;
  readonly sent: Sent[] = [];
  /** The ids of all messages that the device knows. */
  readonly known = new Set<string>();
  /** The messages up to which the user perhaps read. */
  readonly read = new Set<string>();
  readonly #origin: string;
  #since = `${String(Date.now()).padStart(14, '0')}-0000000000000000-00000000`;
  #isSynced = false;
  #device: Device | undefined;
  #connecting: Promise<void> | undefined;

  constructor(origin: string, id: string) {
    this.#origin = origin;
    this.id = id;
  }

  /** Connects until the catch-up is complete. Calls at the same time share one connection. */
  async connect(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    await this.#connecting;
  }

  async #connect(): Promise<void> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      this.cut();
      const query = { auth: JSON.stringify(credentials({ client: this.id, since: this.#since })) };
      const device = new Device('4.8.4', this.#origin, { query, options: { reconnection: false } });
      const learn = (message: unknown) => {
        const id = String(Object(message).id);
        this.known.add(id);
        if (this.#isSynced && this.#device === device) this.#catchUpFrom(id);
      };
      device.client.on('message', learn);
      device.client.on('yourself', learn);
      device.client.on('disconnect', () => {
        if (this.#device === device) this.#isSynced = false;
      });
      const synced = await new Inbox(device.client, 'synced').at(0, PATIENCE_MS).catch(() => undefined);
      const { complete, upTo } = Object(synced);
      if (complete === true && device.client.connected) {
        this.#device = device;
        this.#isSynced = true;
        this.#catchUpFrom(String(upTo));
        return;
      }
      device.close();
    }
    throw new Error(`${this.id} could not connect`);
  }

  cut(): void {
    this.#isSynced = false;
    this.#device?.close();
    this.#device = undefined;
  }

  /** Sends a message once. The answer can fail to come. */
  async say(to: Address, wantsCid: boolean): Promise<void> {
    const body = someone('message');
    const message: Sent = { to, body, cid: wantsCid ? body : undefined, id: undefined };
    this.sent.push(message);
    await this.#send(message);
  }

  /** Repeats the messages with a `cid` that have no answer, until they have one. */
  async repeat(): Promise<void> {
    for (const message of this.sent) {
      if (message.cid === undefined) continue;
      const before = message.id;
      for (let attempt = 0; attempt === 0 || message.id === undefined; attempt++) {
        if (attempt === MOST_ATTEMPTS) throw new Error(`${message.body} got no answer`);
        if (!this.#device?.client.connected) await this.connect();
        await this.#send(message);
      }
      if (before !== undefined && message.id !== before) throw new Error(`${before} became ${message.id}`);
    }
  }

  /** Reads up to a message. The request can fail. */
  async readUpTo(to: Address, upTo: string): Promise<void> {
    this.read.add(upTo);
    await this.#emit('read', { to, upTo });
  }

  async #send(message: Sent): Promise<void> {
    const { to, body, cid } = message;
    const answer = Object(
      await this.#emit('say', { to, content: { media: 0, body }, ...(cid !== undefined && { cid }) }),
    );
    if (answer.success !== true) return;
    message.id = String(answer.id);
    this.known.add(message.id);
  }

  async #emit(event: string, input: object): Promise<unknown> {
    if (!this.#device?.client.connected) await this.connect();
    const { client } = this.#device ?? {};
    return Promise.race([
      new Promise((resolve) => client?.emit(event, input, resolve)),
      setTimeout(PATIENCE_MS, undefined, { ref: false }),
    ]);
  }

  #catchUpFrom(id: string): void {
    if (id > this.#since) this.#since = id;
  }
}

/** Repeats a REST request until the server does not fail. */
export async function insist(origin: string, method: string, path: string, body?: unknown): Promise<unknown> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const answer = await rest(origin, method, path, body === undefined ? {} : { body });
    if (answer.status < 300) return answer.body;
    if (answer.status !== 409 && answer.status < 500)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await setTimeout(50);
  }
  throw new Error(`${method} ${path} failed ${MOST_ATTEMPTS} times`);
}
