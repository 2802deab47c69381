import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Cloud } from '../local/cloud.ts';
import { app, befriend, credentials, rest, someone } from '../test/support/demo-app.ts';
import type { Client, ClientOptions } from './client.ts';
import { ClientProgram } from './client-program.ts';

const TEXT = 'Grüße, 你好, "привет" \\ \u2028 👩‍👩‍👧 🦜';

/** The number that a message carries, to be told when it is stored. */
const ACK = 7;

const Welcome = z.object({ success: z.literal(true), id: z.string() });
const Refusal = z.object({ success: z.literal(false), error: z.literal(5003), message: z.string() });
const Stored = z.object({ ack: z.literal(ACK), ts: z.int() });
const History = z.array(z.object({ content: z.object({ body: z.string() }) }));
const Answer = z.object({ success: z.literal(true), id: z.string(), ts: z.int(), ack: z.literal(ACK) });

const VISITS = 10;
const PENDING = 50;

/** How long messages of a client that has left can take. */
const PATIENCE_MS = 30_000;

const MASTER = { 'X-ML-MasterKey': app.masterKey };
const Devices = z.object({ connections: z.array(z.object({ id: z.string() })) });

/** Two users of one stock client, and what happens to them. */
export class ClientScenario {
  readonly #cloud: Cloud;
  readonly #client: Client;
  readonly #command: readonly string[];
  readonly #options: ClientOptions;
  readonly #programs: ClientProgram[] = [];

  constructor(cloud: Cloud, client: Client, command: readonly string[], options: ClientOptions) {
    this.#cloud = cloud;
    this.#client = client;
    this.#command = command;
    this.#options = options;
  }

  /** Two users log in and become friends. */
  async logIn(): Promise<void> {
    for (const name of ['tom', 'jerry']) this.#programs.push(this.#start(someone(name)));
    const [tom, jerry] = this.#both();
    await Promise.all([loggedIn(tom), loggedIn(jerry)]);
    await befriend(this.#cloud.origin, tom.id, jerry.id);
  }

  /** A client with a wrong key gets an error and is disconnected. */
  async useWrongKey(): Promise<void> {
    const intruder = this.#start(someone('intruder'), 'a-wrong-key');
    try {
      Refusal.parse(await intruder.next('login'));
      if (!this.#client.deafToClose) await intruder.next('disconnect');
    } finally {
      await intruder.end();
    }
  }

  /** Each says something to the other. */
  async exchangeMessages(): Promise<void> {
    const [tom, jerry] = this.#both();
    await say(tom, jerry);
    await say(jerry, tom);
  }

  /** A connection dies without goodbye; its client comes back by itself. */
  async reconnect(): Promise<void> {
    const [tom] = this.#both();
    const { body } = await rest(this.#cloud.origin, 'GET', `/ctx/${tom.id}/devices`, { headers: MASTER });
    for (const { id } of Devices.parse(body).connections) this.#cloud.drop(id);
    await loggedIn(tom);
    await tom.next('disconnect');
    await this.exchangeMessages();
  }

  /** Somebody says something and leaves 20 ms later, again and again; all of it is stored. */
  async visit(): Promise<void> {
    const waiting = Array.from({ length: VISITS }, (_, n) => `visit ${n}`);
    const expected = [...waiting].sort();
    const [, jerry] = this.#both();
    const visitor = someone('visitor');
    await befriend(this.#cloud.origin, visitor, jerry.id);
    const visits = Array.from({ length: 5 }, async () => {
      for (let body = waiting.shift(); body; body = waiting.shift()) await this.#leave(visitor, [body], 20);
    });
    await Promise.all(visits);
    assert.deepEqual(await this.#stored(visitor, jerry.id, expected.length), expected);
  }

  /** Somebody leaves while many acknowledgements are pending; every message is stored. */
  async hurry(): Promise<void> {
    const bodies = Array.from({ length: PENDING }, (_, n) => `message ${n}`);
    const [, jerry] = this.#both();
    const visitor = someone('visitor');
    await befriend(this.#cloud.origin, visitor, jerry.id);
    await this.#leave(visitor, bodies, 0);
    assert.deepEqual(await this.#stored(visitor, jerry.id, PENDING), bodies.sort());
  }

  /** Logs in, says some messages to the second user, and leaves after so many milliseconds. */
  async #leave(visitor: string, bodies: readonly string[], leave_ms: number): Promise<void> {
    const [, jerry] = this.#both();
    const program = this.#start(visitor);
    try {
      Welcome.parse(await program.next('login'));
      const to = { id: jerry.id, type: 0 };
      program.say({ messages: bodies.map((body) => ({ to, content: { media: 0, body } })), leave_ms });
    } finally {
      await program.end();
    }
  }

  /** Waits until so much of what one user has said to another is stored. Returns it, sorted. */
  async #stored(one: string, other: string, count: number): Promise<string[]> {
    const path = `/ctx/${one}/friends/${other}/chats?limit=100`;
    for (const deadline = Date.now() + PATIENCE_MS; ; await pause(100)) {
      const { body } = await rest(this.#cloud.origin, 'GET', path);
      const found = History.parse(body);
      if (found.length >= count || Date.now() > deadline) return found.map(({ content }) => content.body).sort();
    }
  }

  /** Both still have their first connections, and use them. */
  async checkConnected(): Promise<void> {
    for (const program of this.#both()) {
      assert.equal(program.received('login').length, 1, `${program.id} has lost the connection`);
    }
    await this.exchangeMessages();
  }

  async end(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.end()));
  }

  #start(id: string, clientKey?: string): ClientProgram {
    const login = JSON.stringify(credentials({ client: id }, clientKey));
    return new ClientProgram(this.#command, this.#cloud.origin, id, login, this.#options);
  }

  #both(): [ClientProgram, ClientProgram] {
    const [tom, jerry] = this.#programs;
    assert.ok(tom && jerry, 'Nobody has logged in');
    return [tom, jerry];
  }
}

/** Waits for the next login. */
async function loggedIn(program: ClientProgram): Promise<void> {
  assert.equal(Welcome.parse(await program.next('login')).id, program.id);
}

async function say(speaker: ClientProgram, hearer: ClientProgram): Promise<void> {
  const content = { media: 0, body: TEXT };
  speaker.say({ to: { id: hearer.id, type: 0 }, content, ack: ACK });
  const stored = Stored.parse(await speaker.next('ack'));
  const answer = Answer.parse(await speaker.next('answer'));
  assert.equal(stored.ts, answer.ts);
  const { id, ts } = answer;
  assert.deepEqual(await hearer.next('message'), { id, from: { id: speaker.id, type: 0 }, content, ts });
}
