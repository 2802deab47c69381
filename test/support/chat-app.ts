import { expect } from 'vitest';
import { type ClientVersion, closeEngine, emitWithAck } from './clients.ts';
import { Inbox } from './collect.ts';
import { credentials, rest, someone } from './demo-app.ts';
import { Device } from './device.ts';

/** A conversation as its participant addresses it in `say` and `read`. */
export interface Address {
  readonly id: string;
  readonly type: number;
}

/** A busy machine can take this long, ms. */
const PATIENCE_MS = 30_000;

const keyOf = ({ id, type }: Address) => `${type}#${id}`;
const idOf = (value: unknown) => String(Object(value).id);

interface Known {
  readonly conversation: string;
  readonly isOwn: boolean;
}

/** What can change of a message. */
interface Changeable {
  readonly body?: string;
  readonly edited: number;
  readonly recalled: boolean;
  readonly reactions: Readonly<Record<string, string[]>>;
  readonly reacted: number;
}

/** What an event or a stored message says about a message. */
export function changeable(message: unknown): Changeable {
  const { content, edited = 0, recalled, reactions = {}, reacted = 0 } = Object(message);
  return { ...(content && { body: content.body }), edited, recalled: recalled !== undefined, reactions, reacted };
}

/** Joins what two events say, in any order: a recall wins, then the latest edit and reactions. */
function join(one: Changeable, other: Changeable): Changeable {
  if (one.recalled || other.recalled) return { edited: 0, recalled: true, reactions: {}, reacted: 0 };
  const edit = other.body !== undefined && (one.body === undefined || other.edited > one.edited) ? other : one;
  const { reactions, reacted } = other.reacted > one.reacted ? other : one;
  return {
    ...(edit.body !== undefined && { body: edit.body }),
    edited: edit.edited,
    recalled: false,
    reactions,
    reacted,
  };
}

/**
 * A chat app on one device, as the documentation recommends it. It keeps messages across connections and catches up with
 * `since`, repeats messages without an answer with the same `cid`, and counts unread messages from the list of
 * conversations, the messages after it and `read` events.
 */
export class ChatApp {
  readonly known = new Map<string, Known>();
  /** What is known of messages, also of those whose `message` comes later. */
  readonly changes = new Map<string, Changeable>();
  /** The user or visitor. */
  readonly #id: string;
  readonly #pending = new Map<string, Record<string, unknown>>();
  readonly #readUpTo = new Map<string, string>();
  readonly #origin: string;
  readonly #version: ClientVersion;
  readonly #login: Readonly<Record<string, unknown>>;
  /** The user who can list conversations. Undefined for a visitor. */
  readonly #user: string | undefined;
  #since: string;
  /** Whether the catch-up is complete. Until then, messages before the newest one can be missing. */
  #isSynced = false;
  #device: Device | undefined;

  constructor(origin: string, version: ClientVersion, who: { client: string } | { passenger: { id: string } }) {
    this.#origin = origin;
    this.#version = version;
    this.#login = who;
    this.#user = 'client' in who ? who.client : undefined;
    this.#id = 'client' in who ? who.client : who.passenger.id;
    this.#since = `${String(Date.now()).padStart(14, '0')}-0000000000000000-00000000`;
  }

  get isOnline(): boolean {
    return this.#device !== undefined;
  }

  /** Connects, catches up, repeats what has no answer, and reads the unread counts. */
  async connect(): Promise<void> {
    this.#isSynced = false;
    const query = { auth: JSON.stringify(credentials({ ...this.#login, since: this.#since })) };
    const device = new Device(this.#version, this.#origin, { query, options: { reconnection: false } });
    const { client } = device;
    client.on('message', (message) => {
      const { from } = Object(message);
      this.#learn(message, { id: from.gid ?? from.id, type: from.type }, false);
    });
    client.on('yourself', (message) => this.#learn(message, Object(message).to, true));
    for (const name of ['edited', 'recalled', 'reaction']) {
      client.on(name, (event) => {
        const { id, to, speaker } = Object(event);
        // A message that was recalled before this device saw it.
        if (name === 'recalled') this.#learn({ ...Object(event), id }, to, speaker === this.#id);
        else this.#change(id, event);
      });
    }
    client.on('read', (event) => {
      const { to, upTo } = Object(event);
      if (to) this.#move(keyOf(to), String(upTo));
    });
    const synced = new Inbox(client, 'synced');
    // A server without capacity closes the connection, and the app connects again.
    const closed = new Promise<'closed'>((resolve) => client.on('disconnect', () => resolve('closed')));
    const done = await Promise.race([closed, synced.at(0, PATIENCE_MS)]);
    if (done === 'closed') {
      device.close();
      return this.connect();
    }
    expect(done).toMatchObject({ complete: true });
    this.#isSynced = true;
    this.#catchUpFrom(String(Object(done).upTo));
    this.#device = device;
    for (const [cid, message] of this.#pending) await this.#send(device, cid, message);
    if (this.#user !== undefined) await this.#readCounts(this.#user);
  }

  /** Ends the connection: as an app that closes, or as a network that fails. */
  cut(how: 'close' | 'fail'): void {
    const device = this.#device;
    this.#device = undefined;
    if (how === 'fail' && device) closeEngine(device.client);
    device?.close();
  }

  /** Sends a message in several attempts at the same time. @returns whether the server stored it */
  async say(to: Address, attempts: number): Promise<boolean> {
    const [cid, message] = this.#draft(to);
    const device = this.#device;
    if (!device) throw new Error('The app is offline');
    const ids = await Promise.all(Array.from({ length: attempts }, () => this.#send(device, cid, message)));
    expect(new Set(ids).size).toBe(1);
    return ids[0] !== undefined;
  }

  /** Sends a message and loses the connection at the same time. The next connection repeats the message. */
  sayAndCut(to: Address, how: 'close' | 'fail'): void {
    const [, message] = this.#draft(to);
    this.#device?.client.emit('say', message);
    this.cut(how);
  }

  /** Reads a conversation up to a message. */
  async read(to: Address, upTo: string): Promise<void> {
    const device = this.#device;
    if (!device) throw new Error('The app is offline');
    const [answer] = await emitWithAck(device.client, 'read', [{ to, upTo }], PATIENCE_MS);
    expect(answer).toEqual({ success: true });
    this.#move(keyOf(to), upTo);
  }

  /** Edits, recalls or reacts to a message. The message can be recalled meanwhile. @returns whether the user may */
  async act(to: Address, id: string, kind: 'edit' | 'recall' | 'react'): Promise<boolean> {
    const device = this.#device;
    if (!device) throw new Error('The app is offline');
    const has = this.changes.get(id)?.reactions['👍']?.includes(this.#id) === true;
    const content = { media: 0, body: `edited ${someone('edit')}` };
    const input = { edit: { content }, recall: {}, react: { reaction: '👍', remove: has } }[kind];
    const [answer] = await emitWithAck(device.client, kind, [{ to, id, ...input }], PATIENCE_MS);
    const { success, error, ts, reactions } = Object(answer);
    if (!success) {
      expect(error).toBeOneOf([5003, 5004]);
      return error !== 5003;
    }
    const changed = { edit: { content, edited: ts }, recall: { recalled: ts }, react: { reactions, reacted: ts } }[
      kind
    ];
    this.#change(id, changed);
    return true;
  }

  /** The messages in a conversation, in order, that this device can change: its own, or all. */
  present(conversation: Address, which: 'own' | 'all'): string[] {
    const key = keyOf(conversation);
    const found = [...this.known].filter(([, known]) => known.conversation === key && (which === 'all' || known.isOwn));
    return found
      .map(([id]) => id)
      .filter((id) => this.changes.get(id)?.recalled !== true)
      .sort();
  }

  /** The messages of others in a conversation, in order. */
  received(conversation: Address): string[] {
    const key = keyOf(conversation);
    const found = [...this.known].filter(([, known]) => known.conversation === key && !known.isOwn);
    return found.map(([id]) => id).sort();
  }

  unread(conversation: Address): number {
    const upTo = this.#readUpTo.get(keyOf(conversation)) ?? '';
    return this.#readable(conversation).filter((id) => id > upTo).length;
  }

  #readable(conversation: Address): string[] {
    return this.received(conversation).filter((id) => this.changes.get(id)?.recalled !== true);
  }

  #change(id: string, event: unknown): void {
    const [known, said] = [this.changes.get(id), changeable(event)];
    this.changes.set(id, known ? join(known, said) : said);
  }

  #draft(to: Address): [string, Record<string, unknown>] {
    const cid = someone('cid');
    const message = { to, content: { media: 0, body: `message ${cid}` }, cid };
    this.#pending.set(cid, message);
    return [cid, message];
  }

  /** @returns the id; undefined if the user may not write: the app gives the message up */
  async #send(device: Device, cid: string, message: Record<string, unknown>): Promise<string | undefined> {
    const answer = await device.say(message, PATIENCE_MS);
    this.#pending.delete(cid);
    if (Object(answer).error === 5003) return undefined;
    expect(answer).toMatchObject({ success: true, cid });
    const { to } = Object(message);
    this.#learn({ ...message, ...Object(answer) }, to, true);
    return idOf(answer);
  }

  #learn(message: unknown, conversation: Address, isOwn: boolean): void {
    const id = idOf(message);
    if (this.#isSynced) this.#catchUpFrom(id);
    this.#change(id, message);
    this.known.set(id, { conversation: keyOf(conversation), isOwn });
  }

  #catchUpFrom(id: string): void {
    if (id > this.#since) this.#since = id;
  }

  #move(key: string, upTo: string): void {
    if (upTo > (this.#readUpTo.get(key) ?? '')) this.#readUpTo.set(key, upTo);
  }

  /** Finds out what other devices read meanwhile. */
  async #readCounts(user: string): Promise<void> {
    const { body } = await rest(this.#origin, 'GET', `/ctx/${user}/conversations?limit=200`);
    for (const { unread, ...conversation } of Object(body).conversations as (Address & { unread: number })[]) {
      const received = this.#readable(conversation);
      // Messages that arrived after the list are unread, too.
      const upTo = received.at(-1 - unread);
      if (upTo !== undefined) this.#move(keyOf(conversation), upTo);
    }
  }
}
