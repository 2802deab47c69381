import { setTimeout } from 'node:timers/promises';
import pMap from 'p-map';
import type { Address } from '../chat-app.ts';
import { Inbox } from '../collect.ts';
import { credentials, rest, someone } from '../demo-app.ts';
import { Device } from '../device.ts';

/** How long an app waits for an answer before it repeats the request, ms. */
const PATIENCE_MS = 3000;
/** How long it waits for the catch-up, ms. */
const LOGIN_MS = 10_000;
const MOST_ATTEMPTS = 30;
/** The catch-up repeats this much, because a message can be stored late. */
const OVERLAP_MS = 30_000;
const PAGE = 100;
/** Acknowledged messages that a user repeats all the same. */
const REPEATED = 5;
/** How many messages of a user wait for their answers at the same time. */
const AT_ONCE = 3;

/** A message that a user sent. */
export interface Sent {
  readonly to: Address;
  readonly body: string;
  readonly cid: string | undefined;
  readonly media: number;
  /** The id in the answer; undefined without an answer. */
  id: string | undefined;
}

/** What makes a user differ from others. */
export interface Traits {
  /** The installation of their app that gets pushes. @default none */
  readonly install?: string;
  /** Whether everybody learns that they are online. @default only friends */
  readonly notifyAll?: boolean;
}

/** Who is online, as far as a device knows, by user. */
export interface Presence {
  /** From `online` and `offline`, and the list of friends that an app reads after its login. */
  readonly friends: Map<string, boolean>;
  /** From `online_x` and `offline_x`. */
  readonly everybody: Map<string, boolean>;
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
  /** Repeated messages that got another id. */
  readonly #wrong: string[] = [];
  readonly #newest = new Map<string, string>();
  /** What the device knows about others since its last login. */
  presence: Presence = { friends: new Map(), everybody: new Map() };
  readonly #origin: string;
  readonly #traits: Traits;
  #since = `${String(Date.now()).padStart(14, '0')}-0000000000000000-00000000`;
  #isSynced = false;
  #device: Device | undefined;
  /** Resolves when the connection ends. */
  #closed: Promise<unknown> | undefined;
  #connecting: Promise<void> | undefined;

  constructor(origin: string, id: string, traits: Traits = {}) {
    this.#origin = origin;
    this.id = id;
    this.#traits = traits;
  }

  get isConnected(): boolean {
    return this.#device?.client.connected === true;
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
      const since = this.#since;
      const login = { client: this.id, since, ...this.#traits };
      const query = { auth: JSON.stringify(credentials(login)) };
      const device = new Device('4.8.4', this.#origin, { query, options: { reconnection: false } });
      const learn = (message: unknown) => {
        const { id: given, from, to } = Object(message);
        const id = String(given);
        this.#learn(id, String(to?.id ?? from.gid ?? from.id));
        if (this.#isSynced && this.#device === device) this.#catchUpFrom(id);
      };
      device.client.on('message', learn);
      device.client.on('yourself', learn);
      const presence = presenceOf(device);
      device.client.on('disconnect', () => {
        if (this.#device === device) this.#isSynced = false;
      });
      const closed = new Promise((resolve) => device.client.on('disconnect', () => resolve(undefined)));
      const caughtUp = new Inbox(device.client, 'synced').at(0, LOGIN_MS).catch(() => undefined);
      const synced = await Promise.race([caughtUp, closed]);
      const { conversations = [], upTo } = Object(synced);
      if (upTo !== undefined && device.client.connected) {
        this.#device = device;
        this.#closed = closed;
        this.presence = presence;
        await this.#readFriends(presence);
        for (const conversation of conversations) await this.#read(conversation, since);
        this.#isSynced = true;
        this.#catchUpFrom(String(upTo));
        return;
      }
      device.close();
    }
    throw new Error(`${this.id} could not connect`);
  }

  /** Reads the part of a history that the catch-up left out. */
  async #read({ id, type }: Address, since: string): Promise<void> {
    const overlap = `${String(Number(since.slice(0, 14)) - OVERLAP_MS).padStart(14, '0')}${since.slice(14)}`;
    const chats = type === 0 ? `/ctx/${this.id}/friends/${id}/chats` : `/groups/${id}/chats`;
    for (const message of await history(this.#origin, chats, overlap)) this.#learn(message.id, id);
  }

  /** Reads which friends are online. Events that come meanwhile are newer. */
  async #readFriends({ friends }: Presence): Promise<void> {
    const listed = await insist(this.#origin, 'GET', `/ctx/${this.id}/friends?detail`);
    for (const { id, online } of listed as { id: string; online: boolean }[])
      if (!friends.has(id)) friends.set(id, online);
  }

  cut(): void {
    this.#isSynced = false;
    this.#device?.close();
    this.#device = undefined;
  }

  /** Sends a message once. The answer can fail to come. */
  async say(to: Address, wantsCid: boolean, { body, media } = { body: someone('message'), media: 0 }): Promise<void> {
    const message: Sent = { to, body, media, cid: wantsCid ? someone('cid') : undefined, id: undefined };
    this.sent.push(message);
    await this.#send(message);
  }

  /** Sends several messages, some of them before earlier ones are answered. */
  async sayAll(to: Address, wantsCid: boolean, count: number): Promise<void> {
    await pMap(Array(count), () => this.say(to, wantsCid), { concurrency: AT_ONCE });
  }

  /**
   * Repeats the messages with a `cid` that have no answer, until they have one, and some that have one.
   * @throws if a repetition got another id
   */
  async repeat(): Promise<void> {
    const own = this.sent.filter(({ cid }) => cid !== undefined);
    const open = own.filter(({ id }) => id === undefined);
    const known = own.filter(({ id }) => id !== undefined).slice(-REPEATED);
    await pMap([...known, ...open], (message) => this.#repeat(message), { concurrency: AT_ONCE });
    if (this.#wrong.length > 0) throw new Error(`Repeated messages got other ids: ${this.#wrong.join(', ')}`);
  }

  async #repeat(message: Sent): Promise<void> {
    for (let attempt = 0; attempt === 0 || message.id === undefined; attempt++) {
      if (attempt === MOST_ATTEMPTS) throw new Error(`${message.body} got no answer`);
      await this.#send(message);
    }
  }

  /** Reads up to a message. The request can fail. */
  async readUpTo(to: Address, upTo: string): Promise<void> {
    this.read.add(upTo);
    await this.#emit('read', { to, upTo });
  }

  /** The newest message that the device knows in a conversation. */
  newest({ id }: Address): string | undefined {
    return this.#newest.get(id);
  }

  #learn(id: string, conversation: string): void {
    this.known.add(id);
    if (id > (this.#newest.get(conversation) ?? '')) this.#newest.set(conversation, id);
  }

  async #send(message: Sent): Promise<void> {
    const { to, body, media, cid } = message;
    const input = { to, content: { media, body }, ...(cid !== undefined && { cid }) };
    await this.#emit('say', input, (answer) => {
      if (Object(answer).success !== true) return;
      const id = String(Object(answer).id);
      message.id ??= id;
      if (id !== message.id) this.#wrong.push(`${message.id} became ${id}`);
      this.#learn(id, to.id);
    });
  }

  /**
   * Sends an event. Resolves with its answer, or without one after a time or the end of the connection.
   * @param answered called also for an answer that comes later
   */
  async #emit(event: string, input: object, answered: (answer: unknown) => void = () => {}): Promise<void> {
    if (!this.isConnected) await this.connect();
    const { client } = this.#device ?? {};
    const patience = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) =>
        client?.emit(event, input, (answer: unknown) => {
          answered(answer);
          resolve();
        }),
      ),
      this.#closed,
      setTimeout(PATIENCE_MS, undefined, { ref: false, signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
  }

  #catchUpFrom(id: string): void {
    if (id > this.#since) this.#since = id;
  }
}

/** Collects presence events. */
function presenceOf({ client }: Device): Presence {
  const presence: Presence = { friends: new Map(), everybody: new Map() };
  client.on('online', (id) => presence.friends.set(String(id), true));
  client.on('offline', (id) => presence.friends.set(String(id), false));
  client.on('online_x', (id) => presence.everybody.set(String(id), true));
  client.on('offline_x', (id) => presence.everybody.set(String(id), false));
  return presence;
}

/** A message in a history. */
export interface Stored {
  readonly id: string;
  readonly speaker: string;
  readonly content: { readonly body: string };
}

const FIRST_ID = '00000000000000-0000000000000000-00000000';

/** Reads a history after a message. */
export async function history(origin: string, chats: string, after = FIRST_ID): Promise<Stored[]> {
  const all: Stored[] = [];
  for (;;) {
    const page = await insist(origin, 'GET', `${chats}?limit=${PAGE}&after=${all.at(-1)?.id ?? after}`);
    all.push(...(page as Stored[]));
    if ((page as Stored[]).length < PAGE) return all;
  }
}

/** Repeats a REST request until the server does not fail. */
export async function insist(
  origin: string,
  method: string,
  path: string,
  body?: unknown,
  options: { readonly headers?: Record<string, string> } = {},
): Promise<unknown> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const answer = await rest(origin, method, path, { ...options, ...(body !== undefined && { body }) });
    if (answer.status < 300) return answer.body;
    if (answer.status !== 409 && answer.status < 500)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await setTimeout(50);
  }
  throw new Error(`${method} ${path} failed ${MOST_ATTEMPTS} times`);
}
