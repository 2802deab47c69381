import { asMacawError, ErrorCode, MacawError } from './errors.ts';
import { type Kind, keyOf, type Media, type Mentions, type Push } from './model.ts';
import type { OutboxStorage } from './storage.ts';
import { isFile, isNativeFile, type Uploaded, type UploadFile } from './upload.ts';

/** A message that is not sent yet. It contains plain values only, because it is stored. */
export interface Item {
  readonly cid: string;
  readonly kind: Kind;
  readonly to: string;
  readonly media: Media;
  /** Missing until the file is uploaded. */
  readonly body?: string;
  readonly remark?: string;
  readonly reply?: string;
  readonly mentions?: Mentions;
  readonly push?: Push;
  readonly receipt?: boolean;
  /** When the user sent it, epoch ms. */
  readonly ts: number;
  /** Items of a conversation are sent in this order. */
  readonly order: number;
  /** When it was first given to the server, epoch ms. */
  readonly attempted?: number;
  readonly failure?: { readonly code: number; readonly message: string };
}

export interface Receipt {
  readonly id: string;
  readonly ts: number;
}

export interface OutboxOptions {
  readonly storage: OutboxStorage;
  /** The number of messages that can wait. */
  readonly limit: number;
  send(item: Item): Promise<Receipt>;
  upload(file: UploadFile, onProgress: (part: number) => void): Promise<Uploaded>;
  /** An item was added, restored or queued again. */
  added(item: Item): void;
  progressed(item: Item, part: number): void;
  sent(item: Item, receipt: Receipt): void;
  failed(item: Item, error: MacawError): void;
  /** The storage failed. The item stays in memory and is sent all the same. */
  storageFailed(error: unknown): void;
  /** @default doubles from 0.5 s to 30 s */
  readonly pauseMs?: (attempt: number) => number;
}

/** The server remembers a `cid` for 24 hours. A later repetition would be another message. */
const REPEATABLE_MS = 23 * 3_600_000;

/** After this many attempts while online, the user decides. */
const ATTEMPTS = 10;

interface Entry {
  item: Item;
  file: UploadFile | undefined;
  attempts: number;
}

const backoff = (attempt: number) => Math.min(30_000, 500 * 2 ** (attempt - 1));

/**
 * Sends messages, one at a time per conversation, so that their order is that of the user. An attempt without an answer
 * is repeated with the same `cid`, so the server stores the message once. A message leaves the outbox only when it is
 * stored, or when the user discards it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #busy = new Set<string>();
  readonly #sleeping = new Set<() => void>();
  #prefix: string | undefined;
  #online = false;
  /** Whether the items of an earlier run are there. They are sent first. */
  #isLoaded = false;
  #order = 0;
  /** Changes of the storage in progress: one after the other for each item, and the first one at once. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Takes over what an earlier run of the app left for this user. */
  async open(prefix: string): Promise<void> {
    if (prefix === this.#prefix) return;
    this.#prefix = prefix;
    this.#isLoaded = false;
    this.#entries.clear();
    await Promise.all(this.#writes.values());
    const stored: unknown[] = await this.#options.storage.load(prefix).catch((error) => {
      this.#options.storageFailed(error);
      return [];
    });
    if (prefix !== this.#prefix) return;
    for (const { file, ...item } of stored.filter(isStored).sort((a, b) => a.order - b.order)) {
      if (!this.#entries.has(item.cid)) this.#restore(item, isFile(file) ? file : undefined);
    }
    this.#isLoaded = true;
    this.#runAll();
  }

  #restore(item: Item, file: UploadFile | undefined): void {
    const entry: Entry = { item, file, attempts: 0 };
    this.#entries.set(item.cid, entry);
    this.#order = Math.max(this.#order, item.order);
    this.#options.added(item);
    if (item.failure) this.#options.failed(item, new MacawError(item.failure.code, item.failure.message));
    else if (item.body === undefined && !file) this.#fail(entry, fileLost());
  }

  /** @throws MacawError when the outbox is full */
  add(message: Omit<Item, 'order' | 'ts'>, file?: UploadFile): Item {
    const { limit, added } = this.#options;
    if (this.#prefix === undefined) throw new MacawError(ErrorCode.notLoggedIn, 'Log in before you send messages');
    if (this.#entries.size >= limit)
      throw new MacawError(ErrorCode.outboxFull, `The outbox holds ${limit} messages; wait until some are sent`);
    const item: Item = { ...message, ts: Date.now(), order: this.#nextOrder() };
    const entry: Entry = { item, file, attempts: 0 };
    this.#entries.set(item.cid, entry);
    added(item);
    void this.#save(entry);
    void this.#run(laneOf(item));
    return item;
  }

  /** Queues a failed message again, behind all others of its conversation. */
  retry(cid: string): void {
    const entry = this.#entries.get(cid);
    if (!entry?.item.failure) return;
    const { failure, attempted, ...item } = entry.item;
    const isKnownToServer = attempted !== undefined && failure.code !== ErrorCode.expired;
    entry.item = { ...item, order: this.#nextOrder(), ...(isKnownToServer && { attempted }) };
    entry.attempts = 0;
    this.#options.added(entry.item);
    void this.#save(entry);
    void this.#run(laneOf(item));
  }

  /** Drops a failed message. @returns whether there was one */
  discard(cid: string): boolean {
    if (!this.#entries.get(cid)?.item.failure) return false;
    this.#drop(cid);
    return true;
  }

  /** The server has stored the message: in an acknowledgement, or in what it sent at a login. */
  confirm(cid: string, receipt: Receipt): void {
    const entry = this.#entries.get(cid);
    if (!entry) return;
    this.#drop(cid);
    this.#options.sent(entry.item, receipt);
  }

  resume(): void {
    this.#online = true;
    for (const wake of [...this.#sleeping]) wake();
    this.#runAll();
  }

  pause(): void {
    this.#online = false;
  }

  /** Ends the use by this user. Their unsent messages stay in the storage. */
  close(): void {
    this.#online = false;
    this.#prefix = undefined;
    this.#entries.clear();
  }

  #runAll(): void {
    for (const lane of new Set([...this.#entries.values()].map(({ item }) => laneOf(item)))) void this.#run(lane);
  }

  async #run(lane: string): Promise<void> {
    if (this.#busy.has(lane)) return;
    this.#busy.add(lane);
    for (;;) {
      const entry = this.#online && this.#isLoaded ? this.#next(lane) : undefined;
      if (!entry) break;
      await this.#attempt(entry);
    }
    this.#busy.delete(lane);
  }

  #next(lane: string): Entry | undefined {
    return [...this.#entries.values()]
      .filter(({ item }) => laneOf(item) === lane && !item.failure)
      .reduce<Entry | undefined>(
        (first, entry) => (first && first.item.order < entry.item.order ? first : entry),
        undefined,
      );
  }

  async #attempt(entry: Entry): Promise<void> {
    const { cid, attempted = Date.now() } = entry.item;
    const isWaiting = () => this.#entries.get(cid) === entry;
    try {
      if (Date.now() - attempted > REPEATABLE_MS)
        throw new MacawError(ErrorCode.expired, 'It is unknown whether the message was sent more than 23 hours ago');
      if (entry.item.body === undefined) await this.#upload(entry);
      if (entry.item.attempted === undefined) {
        entry.item = { ...entry.item, attempted };
        await this.#save(entry);
      }
      if (isWaiting()) this.confirm(cid, await this.#options.send(entry.item));
    } catch (thrown) {
      const error = asMacawError(thrown);
      if (!isWaiting() || (error.temporary && !this.#online)) return;
      entry.attempts += 1;
      if (!error.temporary || entry.attempts >= ATTEMPTS) this.#fail(entry, error);
      else await this.#sleep((this.#options.pauseMs ?? backoff)(entry.attempts));
    }
  }

  async #upload(entry: Entry): Promise<void> {
    const { file, item } = entry;
    if (!file) throw fileLost();
    const { url } = await this.#options.upload(file, (part) => this.#options.progressed(item, part));
    entry.item = { ...item, body: url };
    await this.#save(entry);
  }

  #fail(entry: Entry, error: MacawError): void {
    entry.item = { ...entry.item, failure: { code: error.code, message: error.message } };
    void this.#save(entry);
    this.#options.failed(entry.item, error);
  }

  /** Waits, but not longer than until the client is online again. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleeping.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleeping.add(wake);
    });
  }

  #save({ item, file }: Entry): Promise<void> {
    if (!this.#entries.has(item.cid)) return Promise.resolve();
    const key = `${this.#prefix}${item.cid}`;
    return this.#write(item.cid, async (storage) => {
      const keepsFile = file && item.body === undefined && (storage.keepsFiles || isNativeFile(file));
      if (!keepsFile) return storage.save(key, item);
      try {
        await storage.save(key, { ...item, file });
      } catch (error) {
        // The file can be too large. Without it, the message is there after a restart, as failed.
        await storage.save(key, item);
        throw error;
      }
    });
  }

  #drop(cid: string): void {
    const key = `${this.#prefix}${cid}`;
    this.#entries.delete(cid);
    void this.#write(cid, (storage) => storage.remove(key));
  }

  #write(cid: string, change: (storage: OutboxStorage) => Promise<void>): Promise<void> {
    const { storage, storageFailed } = this.#options;
    const write = () => change(storage).catch(storageFailed);
    const done = (this.#writes.get(cid)?.then(write) ?? write()).then(() => {
      if (this.#writes.get(cid) === done) this.#writes.delete(cid);
    });
    this.#writes.set(cid, done);
    return done;
  }

  /** Also increases if the clock goes back. */
  #nextOrder(): number {
    this.#order = Math.max(this.#order + 1, Date.now() * 1000);
    return this.#order;
  }
}

const fileLost = () => new MacawError(ErrorCode.fileLost, 'The app was closed before the file was uploaded');

const laneOf = ({ kind, to }: Item) => keyOf(kind, to);

/** Another version of the app can have stored something else. */
function isStored(value: unknown): value is Item & { readonly file?: unknown } {
  const { cid, kind, to, order, ts } = Object(value);
  const isText = [cid, kind, to].every((part) => typeof part === 'string');
  return isText && typeof order === 'number' && typeof ts === 'number';
}
