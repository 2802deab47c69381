import type { Act } from './changes.ts';
import { ErrorCode, MacawError } from './errors.ts';
import {
  type ConversationState,
  type Kind,
  type Location,
  MEDIA,
  type Media,
  type Mentions,
  type Message,
  type Push,
} from './model.ts';
import { TYPING_MS } from './signals.ts';
import type { Store } from './store.ts';
import type { UploadFile, UploadOptions } from './upload.ts';
import type { Address } from './wire.ts';

/** Options of `send`. */
export interface SendOptions {
  /** @default 'text' */
  readonly media?: Media;
  /** Data of the app, at most 2 KB. */
  readonly remark?: string;
  readonly push?: Push;
  /** Of a group: whether this user gets a receipt from each member who reads it. */
  readonly receipt?: boolean;
  /** The id of the message that this one answers. */
  readonly reply?: string;
  /** The receivers whom it mentions, at most 50, or `all`. */
  readonly mentions?: Mentions;
}

/** Options of `history` and `loadEarlier`. */
export interface HistoryOptions {
  /**
   * Messages per page, at most 100.
   * @default 50
   */
  readonly limit?: number;
}

/** A text, or a file that is uploaded first. */
interface NewMessage extends SendOptions, UploadOptions {
  readonly body?: string;
  readonly file?: UploadFile;
}

/** What a conversation needs of the client. */
export interface ConversationHost {
  state(address: Address): ConversationState;
  subscribe(listener: () => void): () => void;
  send(address: Address, message: NewMessage): Message;
  retry(key: string): void;
  discard(address: Address, key: string): void;
  /** @returns a page of the history before a message, oldest first; it becomes part of the state if there is no gap */
  page(address: Address, before: string | undefined, limit: number): Promise<readonly Message[]>;
  markRead(address: Address, upTo: string): void;
  change(address: Address, act: Act): Promise<void>;
  signal(address: Address, name: string, data?: unknown): void;
  configure(address: Address, settings: ConversationChange): Promise<void>;
}

/** Settings of a conversation that only concern this user. */
export type ConversationChange = Partial<Pick<ConversationState, 'muted' | 'pinned'>>;

/** A message on its way. */
export interface Outgoing {
  readonly key: string;
  /** Its current state. */
  readonly current: Message;
  /** Resolves when the server has stored the message. Rejects when it failed; `retry` is possible then. */
  sent(): Promise<Message>;
  retry(): void;
  discard(): void;
}

/** A conversation with a friend, stranger, visitor, group or room. */
export class Conversation implements Store<ConversationState> {
  readonly kind: Kind;
  readonly id: string;
  readonly #host: ConversationHost;
  #loading: Promise<boolean> | undefined;
  #typed = 0;

  constructor(kind: Kind, id: string, host: ConversationHost) {
    this.kind = kind;
    this.id = id;
    this.#host = host;
  }

  readonly getSnapshot = (): ConversationState => this.#host.state(this);

  readonly subscribe = (listener: () => void): (() => void) => this.#host.subscribe(listener);

  /**
   * Sends a message. It appears at once, also offline.
   * @throws MacawError when nobody is logged in, the message is too long, or the outbox is full
   */
  send(body: string, options: SendOptions = {}): Outgoing {
    return this.#outgoing(this.#host.send(this, { ...options, body }));
  }

  /** Uploads a file and sends its URL. Later messages of the conversation wait for it. */
  sendFile(file: UploadFile, options: SendOptions & UploadOptions = {}): Outgoing {
    const media = options.media ?? mediaOfType(file.type);
    // Other clients see a text with a URL. The name makes it a file.
    const remark = options.remark ?? (media === 'text' ? file.name : undefined);
    return this.#outgoing(this.#host.send(this, { ...options, media, file, ...(remark && { remark }) }));
  }

  /** Sends a place on a map. */
  sendLocation(location: Location, options: SendOptions = {}): Outgoing {
    return this.send(JSON.stringify(location), { ...options, media: 'location' });
  }

  /** Replaces the text of an own message. The application limits for how long. */
  edit({ id = '', media }: Message, body: string): Promise<void> {
    return this.#host.change(this, { name: 'edit', input: { id, content: { media: MEDIA.indexOf(media), body } } });
  }

  /** Removes the content of a message for all: of this user, or of any member for those who moderate a group. */
  recall({ id = '' }: Pick<Message, 'id'>): Promise<void> {
    return this.#host.change(this, { name: 'recall', input: { id } });
  }

  /** Adds a reaction of this user, such as an emoji, or removes it. */
  react({ id = '' }: Pick<Message, 'id'>, reaction: string, remove = false): Promise<void> {
    return this.#host.change(this, { name: 'react', input: { id, reaction, ...(remove && { remove }) } });
  }

  /** Sends a transient event to the connected devices of the others. It is dropped without a connection. */
  signal(name: string, data?: unknown): void {
    this.#host.signal(this, name, data);
  }

  /** Tells the others that this user writes. Call it at each change of the text. */
  typing(): void {
    const now = Date.now();
    if (now - this.#typed < TYPING_MS) return;
    this.#typed = now;
    this.signal('typing');
  }

  /** Sends a failed message again, behind all others. */
  retry(message: Pick<Message, 'key'>): void {
    this.#host.retry(message.key);
  }

  /** Removes a failed message. */
  discard(message: Pick<Message, 'key'>): void {
    this.#host.discard(this, message.key);
  }

  /** Reads the history backwards, page by page. Each page is sorted, oldest first. */
  async *history({ limit = 50 }: HistoryOptions = {}): AsyncGenerator<readonly Message[]> {
    let before: string | undefined;
    do {
      const page = await this.#host.page(this, before, limit);
      if (page.length > 0) yield page;
      before = page.length < limit ? undefined : page[0]?.id;
    } while (before !== undefined);
  }

  /** Adds older messages to the state. @returns whether there can be more */
  loadEarlier({ limit = 50 }: HistoryOptions = {}): Promise<boolean> {
    this.#loading ??= this.#loadEarlier(limit).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadEarlier(limit: number): Promise<boolean> {
    const { messages, complete } = this.getSnapshot();
    if (complete) return false;
    const oldest = messages.find(({ id }) => id !== undefined)?.id;
    return (await this.#host.page(this, oldest, limit)).length === limit;
  }

  /** Marks the conversation as read up to a message, by default the last one. The other side gets a receipt. */
  markRead(upTo: string | undefined = this.#newest()): void {
    if (upTo !== undefined && upTo > (this.getSnapshot().read ?? '')) this.#host.markRead(this, upTo);
  }

  /** Mutes or pins the conversation on all devices of the user. */
  configure(settings: ConversationChange): Promise<void> {
    return this.#host.configure(this, settings);
  }

  /** The ids of the users who have read a message. */
  readersOf({ id }: Message): string[] {
    if (id === undefined) return [];
    return Object.entries(this.getSnapshot().receipts).flatMap(([user, upTo]) => (upTo >= id ? [user] : []));
  }

  #newest(): string | undefined {
    const { messages, last } = this.getSnapshot();
    return messages.findLast(({ id }) => id !== undefined)?.id ?? last?.id;
  }

  #outgoing(first: Message): Outgoing {
    let latest = first;
    const find = () => this.getSnapshot().messages.findLast(({ key }) => key === first.key);
    return {
      key: first.key,
      get current() {
        latest = find() ?? latest;
        return latest;
      },
      sent: () => this.#settled(find),
      retry: () => this.retry(first),
      discard: () => this.discard(first),
    };
  }

  #settled(find: () => Message | undefined): Promise<Message> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const message = find();
        if (message?.status === 'sending') return;
        stop();
        if (message?.status === 'sent') resolve(message);
        else reject(message?.error ?? new MacawError(ErrorCode.closed, 'The client was closed; the message waits'));
      };
      const stop = this.subscribe(check);
      check();
    });
  }
}

/** @throws MacawError for messages that the server would refuse */
export function checkLength(body: string, media: number, remark: string | undefined): void {
  const size = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;
  const tooLong = (what: string, most: number) =>
    new MacawError(ErrorCode.tooLong, `${what}: at most ${most} bytes as JSON are allowed`);
  if (size({ media, body }) > CONTENT_BYTES) throw tooLong('body', CONTENT_BYTES);
  if (size(remark ?? '') > REMARK_BYTES) throw tooLong('remark', REMARK_BYTES);
}

const CONTENT_BYTES = 28 * 1024;
const REMARK_BYTES = 2 * 1024;

function mediaOfType(type: string): Media {
  const [family] = type.split('/');
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'text';
}
