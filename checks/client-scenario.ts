import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Cloud } from '../local/cloud.ts';
import { befriend, credentials, rest, someone } from '../test/support/demo-app.ts';
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

const PING_INTERVAL_MIN = 4;
const PONG_MS = 5000;

const VISITS = 25;
const PENDING = 50;

interface Participant {
  readonly program: ClientProgram;
  connection: string;
}

/** Two users of one stock client, and what happens to them. */
export class ClientScenario {
  readonly #cloud: Cloud;
  readonly #client: Client;
  readonly #command: readonly string[];
  readonly #options: ClientOptions;
  readonly #participants: Participant[] = [];

  constructor(cloud: Cloud, client: Client, command: readonly string[], options: ClientOptions) {
    this.#cloud = cloud;
    this.#client = client;
    this.#command = command;
    this.#options = options;
  }

  /** Two users log in, one after the other, which tells whose connection is whose, and become friends. */
  async logIn(): Promise<void> {
    for (const name of ['tom', 'jerry']) {
      const participant = { program: this.#start(name), connection: '' };
      this.#participants.push(participant);
      await this.#loggedIn(participant);
    }
    const [tom, jerry] = this.#both();
    await befriend(this.#cloud.origin, tom.program.id, jerry.program.id);
  }

  /** A client with a wrong key gets an error and is disconnected. */
  async useWrongKey(): Promise<void> {
    const intruder = this.#start('intruder', 'a-wrong-key');
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
    await say(tom.program, jerry.program);
    await say(jerry.program, tom.program);
  }

  /** Both are pinged now, and answer. */
  async answerHeartbeat(): Promise<void> {
    const mark = this.#cloud.calls.mark();
    const frames = () =>
      this.#cloud.calls
        .since(mark)
        .filter((entry) => entry.service === 'invocation' && entry.trigger === 'websocket $default').length;
    // Each is due in one minute of the interval.
    for (let minute = 1; minute <= PING_INTERVAL_MIN; minute++) {
      await this.#cloud.invoke('Heartbeat', { time: new Date(Date.now() + minute * 60_000).toISOString() });
    }
    const deadline = Date.now() + PONG_MS;
    while (frames() < 2 && Date.now() < deadline) await pause(20);
    assert.equal(frames(), 2, `${frames()} of 2 clients answered the heartbeat`);
    await this.checkConnected();
  }

  /** A connection dies without goodbye; its client comes back by itself. */
  async reconnect(): Promise<void> {
    const [tom] = this.#both();
    this.#cloud.drop(tom.connection);
    await this.#loggedIn(tom);
    await tom.program.next('disconnect');
    await this.exchangeMessages();
  }

  /** Somebody says something and leaves 20 ms later, again and again; all of it is stored. */
  async visit(): Promise<void> {
    const waiting = Array.from({ length: VISITS }, (_, n) => `visit ${n}`);
    const expected = [...waiting].sort();
    const [, jerry] = this.#both();
    const visitor = someone('visitor');
    await befriend(this.#cloud.origin, visitor, jerry.program.id);
    const visits = Array.from({ length: 5 }, async () => {
      for (let body = waiting.shift(); body; body = waiting.shift()) await this.#leave(visitor, [body], 20);
    });
    await Promise.all(visits);
    assert.deepEqual(await this.#stored(visitor, jerry.program.id), expected);
  }

  /** Somebody leaves while many acknowledgements are pending; every message is stored. */
  async hurry(): Promise<void> {
    const bodies = Array.from({ length: PENDING }, (_, n) => `message ${n}`);
    const [, jerry] = this.#both();
    const visitor = someone('visitor');
    await befriend(this.#cloud.origin, visitor, jerry.program.id);
    await this.#leave(visitor, bodies, 0);
    assert.deepEqual(await this.#stored(visitor, jerry.program.id), bodies.sort());
  }

  /** Logs in, says some messages to the second user, and leaves after so many milliseconds. */
  async #leave(visitor: string, bodies: readonly string[], leave_ms: number): Promise<void> {
    const [, jerry] = this.#both();
    const program = this.#startAs(visitor);
    try {
      Welcome.parse(await program.next('login'));
      const to = { id: jerry.program.id, type: 0 };
      program.say({ messages: bodies.map((body) => ({ to, content: { media: 0, body } })), leave_ms });
    } finally {
      await program.end();
    }
  }

  /** What one user has said to another, sorted. */
  async #stored(one: string, other: string): Promise<string[]> {
    await this.#cloud.settled();
    const { body } = await rest(this.#cloud.origin, 'GET', `/ctx/${one}/friends/${other}/chats?limit=100`);
    return History.parse(body)
      .map(({ content }) => content.body)
      .sort();
  }

  /** Both still have their connections, and use them. */
  async checkConnected(): Promise<void> {
    const open = this.#cloud.connections();
    for (const { program, connection } of this.#participants)
      assert.ok(open.includes(connection), `${program.id} has lost the connection`);
    await this.exchangeMessages();
  }

  async end(): Promise<void> {
    await Promise.all(this.#participants.map(({ program }) => program.end()));
  }

  #start(name: string, clientKey?: string): ClientProgram {
    return this.#startAs(someone(name), clientKey);
  }

  #startAs(id: string, clientKey?: string): ClientProgram {
    return new ClientProgram(
      this.#command,
      this.#cloud.origin,
      id,
      JSON.stringify(credentials({ client: id }, clientKey)),
      this.#options,
    );
  }

  /** Waits for a login that is under way, on a connection that does not exist yet. */
  async #loggedIn(participant: Participant): Promise<void> {
    const others = this.#cloud.connections();
    const { id } = Welcome.parse(await participant.program.next('login'));
    assert.equal(id, participant.program.id);
    const [connection = ''] = this.#cloud.connections().filter((one) => !others.includes(one));
    participant.connection = connection;
  }

  #both(): [Participant, Participant] {
    const [tom, jerry] = this.#participants;
    assert.ok(tom && jerry, 'Nobody has logged in');
    return [tom, jerry];
  }
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
