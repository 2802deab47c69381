import type { ClientState } from './client-state.ts';
import type { Connection } from './connection.ts';
import { asMacawError, type MacawError } from './errors.ts';
import type { MessageEvent, SyncedEvent, YourselfEvent } from './generated/events.ts';
import type { Message as StoredMessage } from './generated/routes.ts';
import type { Message } from './model.ts';
import type { Call } from './rest.ts';
import { addMessages, changeConversation, markReceipt, refreshed, withLast } from './state.ts';
import { type Address, kindOf, ownMessage, receivedMessage, storedMessage } from './wire.ts';

export interface SyncOptions {
  readonly state: ClientState;
  readonly call: Call;
  readonly isVisitor: () => boolean;
  /** A message of somebody else, or of another device of this user, that the client did not have. */
  received(message: Message): void;
  /** The server has a message of this client. */
  confirmed(message: Message): void;
  presence(user: string, online: boolean): void;
  failed(error: MacawError): void;
}

/** The largest page of a history. */
const PAGE = 100;

/** Above this, a conversation starts again with its newest messages. */
const GAP_PAGES = 5;

/** Sorts before the id of every message. */
const FIRST_ID = firstId(0);

/** The server repeats this much before `since`, because a message can be stored late. */
const OVERLAP_MS = 30_000;

/**
 * Keeps the state equal to that of the server. The first login reads the conversations. Each later login names the last
 * known message, and the server sends what was missed; what it leaves out is read from the histories.
 */
export class Sync {
  readonly #options: SyncOptions;
  #since: string | undefined;
  /** What the last login named as `since`. */
  #asked: string | undefined;
  /** The newest message since the login. It becomes `since` when no older one can be missing. */
  #newest = '';
  #isCatchingUp = false;
  /** Presence that arrived while the list of friends was read. */
  #presence: Record<string, boolean> = {};
  /** The groups whose receipts the state has. */
  readonly #groups = new Set<string>();
  #generation = 0;
  #login = 0;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /** The `since` of a login. */
  begin(): string | undefined {
    this.#asked = this.#since;
    return this.#asked;
  }

  reset(): void {
    this.#generation += 1;
    this.#since = undefined;
    this.#newest = '';
    this.#groups.clear();
  }

  listen({ socket }: Connection): void {
    socket.on('message', (event) => this.#onMessage(event));
    socket.on('yourself', (event) => this.#onYourself(event));
    socket.on('synced', (event) => void this.#onSynced(event));
    for (const name of ['online', 'online_x', 'offline', 'offline_x'] as const)
      socket.on(name, (user) => this.#onPresence(user, name.startsWith('on')));
    for (const name of ['befriended', 'unfriended'] as const)
      socket.on(name, () => void this.#reported(this.readFriends()));
  }

  /** The next events catch up, if the login asked for it. */
  async loggedIn(): Promise<void> {
    this.#login += 1;
    this.#isCatchingUp = this.#asked !== undefined;
    this.#newest = '';
    await this.refresh();
  }

  /** Reads what no event repeats. */
  async refresh(): Promise<void> {
    if (this.#options.isVisitor()) return;
    const reads = [
      this.readConversations(),
      this.readFriends(),
      ...[...this.#groups].map((id) => this.#readReceipts(id)),
    ];
    await Promise.all(reads.map((read) => this.#reported(read)));
  }

  /** A message that this client sent. */
  seen(id: string): void {
    if (id > this.#newest) this.#newest = id;
    if (!this.#isCatchingUp && id > (this.#since ?? '')) this.#since = id;
  }

  #onPresence(user: string, online: boolean): void {
    this.#presence[user] = online;
    const { state, presence } = this.#options;
    state.update((all) => (all.online[user] === online ? all : { ...all, online: { ...all.online, [user]: online } }));
    presence(user, online);
  }

  /** Reads the last message, the unread count and the receipt of each conversation. */
  async readConversations(): Promise<void> {
    const { call, state } = this.#options;
    const id = state.me;
    const generation = this.#generation;
    let cursor: string | undefined;
    let found = 0;
    do {
      const query = { limit: 200, receipts: true, ...(cursor !== undefined && { cursor }) };
      const page = await call('GET /ctx/:id/conversations', { params: { id }, query });
      if (generation !== this.#generation) return;
      state.update((all) =>
        page.conversations.reduce((changed, { id: peer, type, last, read = '', ...listed }) => {
          const { unread, mentioned = false, muted = false, pinned = false } = listed;
          const kind = kindOf(type);
          const message = last && storedMessage(last, { kind, id: peer }, id);
          return changeConversation(changed, kind, peer, (one) =>
            markReceipt(refreshed(one, { last: message, unread, mentioned, muted, pinned }), peer, read),
          );
        }, all),
      );
      // Later logins catch up from here.
      for (const { last } of page.conversations) if (last) this.seen(last.id);
      found += page.conversations.length;
      cursor = page.cursor;
    } while (cursor !== undefined);
    // If there was no message until now, a later login has missed all that there are then.
    if (found === 0) this.#since ??= FIRST_ID;
  }

  async readFriends(): Promise<void> {
    const { call, state } = this.#options;
    const generation = this.#generation;
    this.#presence = {};
    const list = await call('GET /ctx/:id/friends', { params: { id: state.me }, query: { detail: true } });
    if (generation !== this.#generation) return;
    const online = Object.fromEntries(list.map((friend) => [friend.id, friend.online]));
    const friends = list.map((friend) => friend.id);
    state.update((all) => ({ ...all, friends, online: { ...all.online, ...online, ...this.#presence } }));
  }

  /** Reads a page of a history. It joins the state if it is next to what the state has. */
  async page(address: Address, before: string | undefined, limit: number): Promise<readonly Message[]> {
    const page = await this.#history(address, { limit, ...(before !== undefined && { before }) });
    this.#options.state.change(address, (conversation) => {
      const oldest = conversation.messages.find(({ id }) => id !== undefined)?.id;
      const joins = before === oldest || (oldest !== undefined && page.some(({ id = '' }) => id >= oldest));
      if (!joins) return conversation;
      const added = addMessages(conversation, page, 'history');
      return page.length < limit && !added.complete ? { ...added, complete: true } : added;
    });
    if (address.kind === 'group' && !this.#groups.has(address.id) && page.some(({ mine }) => mine)) {
      void this.#reported(this.#readReceipts(address.id));
    }
    return page;
  }

  /** Reads how far the other members of a group have read: now, and after each later login. */
  async #readReceipts(id: string): Promise<void> {
    const { call, state } = this.#options;
    this.#groups.add(id);
    const reads = await call('GET /groups/:id/reads', { params: { id } }).catch((error) => {
      // The user may have left the group.
      this.#groups.delete(id);
      throw error;
    });
    // After a logout, the state belongs to another user.
    if (!this.#groups.has(id)) return;
    for (const { id: reader, upTo } of reads)
      if (reader !== state.me) state.change({ kind: 'group', id }, (group) => markReceipt(group, reader, upTo));
  }

  #onMessage(event: MessageEvent): void {
    this.#add([receivedMessage(event, this.#options.state.me)]);
  }

  #onYourself(event: YourselfEvent): void {
    const message = ownMessage(event, this.#options.state.me, this.#options.isVisitor());
    this.#options.confirmed(message);
    this.#add([message]);
  }

  async #onSynced({ upTo, conversations = [] }: SyncedEvent): Promise<void> {
    const since = this.#asked ?? '';
    const login = this.#login;
    try {
      for (const { id, type } of conversations) await this.#fill({ kind: kindOf(type), id }, since);
      // Meanwhile, a later login can have begun to catch up from the same message.
      if (login !== this.#login) return;
      this.#isCatchingUp = false;
      this.#since = this.#newest > upTo ? this.#newest : upTo;
    } catch (error) {
      // The next login catches up from the same message again.
      this.#options.failed(asMacawError(error));
    }
  }

  /** Reads the messages that the catch-up left out. */
  async #fill(address: Address, since: string): Promise<void> {
    const conversation = this.#options.state.conversation(address);
    // A conversation without messages in memory is read when it is shown.
    if (!conversation.messages.some(({ id }) => id !== undefined)) return;
    let after = beforeOverlap(since);
    for (let pages = 0; pages < GAP_PAGES; pages++) {
      const page = await this.#history(address, { after, limit: PAGE });
      this.#add(page);
      after = page.at(-1)?.id ?? after;
      if (page.length < PAGE) return;
    }
    const newest = await this.#history(address, { limit: PAGE });
    const oldest = newest[0]?.id ?? '';
    this.#options.state.change(address, ({ messages, ...others }) => {
      const kept = messages.filter(({ id }) => id === undefined || id >= oldest);
      return addMessages(withLast({ ...others, messages: kept, complete: false }), newest, 'live');
    });
  }

  #add(messages: readonly Message[]): void {
    for (const message of messages) {
      const { state, received } = this.#options;
      const { kind, to, id = '' } = message;
      if (kind !== 'room') this.seen(id);
      const before = state.getSnapshot();
      state.change({ kind, id: to }, (conversation) => addMessages(conversation, [message], 'live'));
      if (state.getSnapshot() !== before) received(message);
    }
  }

  async #history(
    address: Address,
    query: { limit: number; before?: string; after?: string },
  ): Promise<readonly Message[]> {
    const { me } = this.#options.state;
    const page = (await this.#read(address, query)).map((stored) => storedMessage(stored, address, me));
    for (const message of page) if (message.mine) this.#options.confirmed(message);
    return page;
  }

  async #read(
    { kind, id }: Address,
    query: { limit: number; before?: string; after?: string },
  ): Promise<StoredMessage[]> {
    const { call, isVisitor } = this.#options;
    const { me } = this.#options.state;
    if (isVisitor()) return call('GET /passengers/:id/chats/:uid', { params: { id: me, uid: id }, query });
    switch (kind) {
      case 'friend':
        return call('GET /ctx/:id/friends/:fid/chats', { params: { id: me, fid: id }, query });
      case 'stranger':
        return call('GET /ctx/:id/strangers/:sid/chats', { params: { id: me, sid: id }, query });
      case 'visitor':
        return call('GET /passengers/:id/chats/:uid', { params: { id, uid: me }, query });
      case 'group':
        return call('GET /groups/:id/chats', { params: { id }, query });
      case 'room':
        // The server does not store messages of rooms.
        return [];
    }
  }

  #reported(work: Promise<void>): Promise<void> {
    return work.catch((error) => this.#options.failed(asMacawError(error)));
  }
}

const beforeOverlap = (id: string) => firstId(Math.max(0, Number(id.split('-')[0]) - OVERLAP_MS));

/** The smallest id of a message at a time, epoch ms. */
function firstId(ms: number): string {
  return `${String(ms).padStart(14, '0')}-${'0'.repeat(16)}-${'0'.repeat(8)}`;
}
