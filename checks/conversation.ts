import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Cloud } from '../local/cloud.ts';
import { befriend, credentials, rest, someone } from '../test/support/demo-app.ts';
import type { ClientOptions } from './client.ts';
import { ClientProgram } from './client-program.ts';

const Answer = z.object({ success: z.literal(true), id: z.string(), ack: z.int() });
const Failure = z.object({ success: z.literal(false), error: z.int() });
const Message = z.object({ id: z.string(), content: z.object({ body: z.string() }) });
const History = z.array(Message);

/** The session of the connection has ended: the client gets this answer only if it reconnected meanwhile. */
const ENDED = 5003;

/** How long messages can take to arrive, after connections that failed. */
const PATIENCE_MS = 60_000;

const LATE_MS = 1000;

/** One user of a {@link Conversation}, and what they sent and received. */
export class Correspondent {
  readonly program: ClientProgram;
  readonly #peer: string;
  /** The bodies of the messages without an answer, by number. */
  readonly #unanswered = new Map<number, string>();
  /** The ids of the messages with an answer, by body. */
  readonly answered = new Map<string, string>();
  readonly failures: unknown[] = [];
  #sent = 0;

  /** @param repeats whether to repeat messages without an answer after each login; not if the client does so itself */
  constructor(program: ClientProgram, peer: string, repeats: boolean) {
    this.program = program;
    this.#peer = peer;
    program.on('answer', (answer) => this.#answer(answer));
    program.on('login', () => {
      if (repeats) for (const n of this.#unanswered.keys()) this.#send(n);
    });
  }

  get sent(): number {
    return this.#sent;
  }

  /** Whether all messages have an answer. */
  get settled(): boolean {
    return this.#unanswered.size === 0;
  }

  get logins(): number {
    return this.program.received('login').length;
  }

  get received() {
    return this.program.received('message').map((message) => Message.parse(message));
  }

  say(): void {
    const n = ++this.#sent;
    this.#unanswered.set(n, `${this.program.id} ${n}`);
    this.#send(n);
  }

  /** A message that is sent again has the same `cid`, so it is stored once. */
  #send(n: number): void {
    const body = this.#unanswered.get(n);
    this.program.say({ to: { id: this.#peer, type: 0 }, content: { media: 0, body }, ack: n, cid: `n${n}` });
  }

  #answer(answer: unknown): void {
    const { success, data } = z.safeParse(Answer, answer);
    if (success) {
      const body = this.#unanswered.get(data.ack);
      if (body) this.answered.set(body, data.id);
      this.#unanswered.delete(data.ack);
    } else if (z.safeParse(Failure, answer).data?.error !== ENDED) {
      this.failures.push(answer);
    }
  }
}

export interface ConversationOptions extends ClientOptions {
  /** The URLs of the server, for each of the two users. */
  readonly origins: readonly [string, string];
}

/** Two users of a stock client, who send numbered messages while their connections fail. */
export class Conversation {
  readonly tom: Correspondent;
  readonly jerry: Correspondent;
  readonly #cloud: Cloud;
  readonly #command: readonly string[];
  /** An id just before the first message. The catch-up does not contain the message with the id itself. */
  #start = '';

  private constructor(cloud: Cloud, command: readonly string[], { origins, ...options }: ConversationOptions) {
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    const start = (origin: string, id: string) =>
      new ClientProgram(command, origin, id, JSON.stringify(credentials({ client: id })), options);
    const repeats = options.retries === undefined;
    this.#cloud = cloud;
    this.#command = command;
    this.tom = new Correspondent(start(origins[0], tom), jerry, repeats);
    this.jerry = new Correspondent(start(origins[1], jerry), tom, repeats);
  }

  /** Both log in and send one message. */
  static async start(cloud: Cloud, command: readonly string[], options: ConversationOptions): Promise<Conversation> {
    const conversation = new Conversation(cloud, command, options);
    const { tom, jerry } = conversation;
    try {
      await Promise.all([tom.program.next('login'), jerry.program.next('login')]);
      await befriend(cloud.origin, tom.program.id, jerry.program.id);
      conversation.say();
      await conversation.#until(() => tom.settled && jerry.settled, 'The first messages have no answer');
      const [first = ''] = [...tom.answered.values(), ...jerry.answered.values()].sort();
      conversation.#start = first.replace(/[^-]+$/, '00000000');
      return conversation;
    } catch (error) {
      await conversation.end();
      throw error;
    }
  }

  /** Both send a message. */
  say(): void {
    this.tom.say();
    this.jerry.say();
  }

  /** Waits until both have logged in so often. */
  async loggedIn(tom: number, jerry: number): Promise<void> {
    const enough = () => this.tom.logins >= tom && this.jerry.logins >= jerry;
    await this.#until(
      enough,
      () => `${this.tom.logins} and ${this.jerry.logins} logins instead of ${tom} and ${jerry}`,
    );
  }

  /**
   * Checks that each message was stored once, and that each arrived once or is in the catch-up of the next login.
   * @returns a summary
   */
  async verify(): Promise<string> {
    const { tom, jerry } = this;
    await this.#until(
      () => tom.settled && jerry.settled,
      () => `${tom.sent - tom.answered.size + jerry.sent - jerry.answered.size} messages have no answer`,
    );
    assert.deepEqual([...tom.failures, ...jerry.failures], []);
    // Messages arrive after the answers.
    await pause(LATE_MS);
    const path = `/ctx/${tom.program.id}/friends/${jerry.program.id}/chats?limit=100`;
    const { body } = await rest(this.#cloud.origin, 'GET', path);
    const stored = History.parse(body).map((message) => message.id);
    assert.deepEqual(stored.sort(), [...tom.answered.values(), ...jerry.answered.values()].sort());
    const missed = (await this.#missed(tom, jerry)) + (await this.#missed(jerry, tom));
    return `${stored.length} messages, ${missed} of them by catch-up; ${tom.logins + jerry.logins} logins`;
  }

  async end(): Promise<void> {
    await Promise.all([this.tom.program.end(), this.jerry.program.end()]);
  }

  /** Checks what one user received of the other. Returns the number of messages that only the catch-up contains. */
  async #missed({ program, received }: Correspondent, { answered }: Correspondent): Promise<number> {
    const arrived = received.map(({ content }) => content.body);
    assert.equal(new Set(arrived).size, arrived.length, `${program.id} received a message twice: ${arrived}`);
    const missed = [...answered].filter(([body]) => !arrived.includes(body)).map(([, id]) => id);
    if (missed.length === 0) return 0;
    const login = JSON.stringify(credentials({ client: program.id, since: this.#start }));
    const back = new ClientProgram(this.#command, this.#cloud.origin, program.id, login);
    try {
      await back.next('synced');
      const found = back.received('message').map((message) => Message.parse(message).id);
      const lost = missed.filter((id) => !found.includes(id));
      assert.deepEqual(lost, [], `${program.id} never gets ${lost.length} messages`);
    } finally {
      await back.end();
    }
    return missed.length;
  }

  async #until(done: () => boolean, otherwise: string | (() => string)): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; !done(); await pause(50)) {
      if (Date.now() > deadline) {
        const text = typeof otherwise === 'string' ? otherwise : otherwise();
        throw new Error(`${text} after ${PATIENCE_MS} ms\n${this.tom.program.stderr}${this.jerry.program.stderr}`);
      }
    }
  }
}
