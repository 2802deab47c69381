import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import { Inbox } from '../test/support/collect.ts';
import type { ClientOptions } from './client.ts';

const EVENTS = ['login', 'message', 'ack', 'answer', 'disconnect', 'synced', 'online', 'sys', 'yourself'] as const;
type Event = (typeof EVENTS)[number];

/** A line of output. `answer` is an acknowledgement or the result of a function. The others are events of the client. */
const Line = z.object({ event: z.enum(EVENTS), args: z.array(z.unknown()) });

/** The timeout of one event. Java and browsers start slowly on a busy machine. */
const PATIENCE_MS = 60_000;

/** How long a program may take to end. */
const END_MS = 20_000;

/** A running client program for one user. */
export class ClientProgram {
  readonly id: string;
  readonly #program: ChildProcess;
  readonly #events = new EventEmitter();
  readonly #exited: Promise<unknown>;
  readonly #inboxes: ReadonlyMap<Event, Inbox>;
  readonly #taken = new Map<Event, number>();
  #stderr = '';

  constructor(
    [file = '', ...args]: readonly string[],
    url: string,
    id: string,
    credentials: string,
    options: ClientOptions = {},
  ) {
    this.id = id;
    const program = spawn(file, [...args, url, credentials, JSON.stringify(options)]);
    this.#program = program;
    this.#exited = once(program, 'close');
    this.#inboxes = new Map(EVENTS.map((event) => [event, new Inbox(this.#events, event)]));
    createInterface({ input: program.stdout }).on('line', (text) => {
      const { event, args } = Line.parse(JSON.parse(text));
      this.#events.emit(event, ...args);
    });
    program.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    // The program can end before it reads its input. The missing events then fail the check.
    program.stdin.on('error', () => undefined);
  }

  /** Calls a listener for each event of that name. */
  on(event: Event, listener: (argument: unknown) => void): void {
    this.#events.on(event, listener);
  }

  /** The next event of that name, in order of arrival. */
  async next(event: Event): Promise<unknown> {
    const index = this.#taken.get(event) ?? 0;
    this.#taken.set(event, index + 1);
    try {
      return await this.#inboxes.get(event)?.at(index, PATIENCE_MS);
    } catch {
      throw new Error(`${this.id} received no "${event}" within ${PATIENCE_MS} ms\n${this.#stderr}`);
    }
  }

  /** The end of what it printed as errors. */
  get stderr(): string {
    return this.#stderr;
  }

  /** All received events of that name. */
  received(event: Event): readonly unknown[] {
    return this.#inboxes.get(event)?.received ?? [];
  }

  /** Sends a line of input to the program. Bun and Deno take the line separator of Unicode for its end. */
  say(message: unknown): void {
    this.#program.stdin?.write(`${JSON.stringify(message).replaceAll('\u2028', '\\u2028')}\n`);
  }

  /** Ends the program. */
  async end(): Promise<void> {
    this.#program.stdin?.end();
    const timer = setTimeout(() => this.#program.kill('SIGKILL'), END_MS);
    await this.#exited;
    clearTimeout(timer);
  }
}
