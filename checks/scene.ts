import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Cloud } from '../local/cloud.ts';
import { befriend, credentials, rest } from '../test/support/demo-app.ts';
import type { Client } from './client.ts';
import { Player } from './player.ts';

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
  readonly player: Player;
  connection: string;
}

let made = 0;

/** Two users of one stock client, and what happens to them. */
export class Scene {
  readonly #cloud: Cloud;
  readonly #client: Client;
  #command: readonly string[] = [];
  readonly #participants: Participant[] = [];

  constructor(cloud: Cloud, client: Client) {
    this.#cloud = cloud;
    this.#client = client;
  }

  /** The client is installed; two users log in, one after the other, which tells whose connection is whose, and become friends. */
  async enter(): Promise<void> {
    this.#command = await this.#client.prepare();
    for (const name of ['tom', 'jerry']) {
      const participant = { player: this.#play(name), connection: '' };
      this.#participants.push(participant);
      await this.#loggedIn(participant);
    }
    const [tom, jerry] = this.#both();
    await befriend(this.#cloud.origin, tom.player.id, jerry.player.id);
  }

  /** Somebody brings a wrong key: he is told so, and cut off. */
  async intrude(): Promise<void> {
    const intruder = this.#play('intruder', 'a-wrong-key');
    try {
      Refusal.parse(await intruder.next('login'));
      if (!this.#client.deafToClose) await intruder.next('disconnect');
    } finally {
      await intruder.end();
    }
  }

  /** Each says something to the other. */
  async talk(): Promise<void> {
    const [tom, jerry] = this.#both();
    await say(tom.player, jerry.player);
    await say(jerry.player, tom.player);
  }

  /** Both are pinged now, and answer. */
  async beat(): Promise<void> {
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
    await this.stay();
  }

  /** A connection dies without goodbye; its client comes back by itself. */
  async revive(): Promise<void> {
    const [tom] = this.#both();
    this.#cloud.drop(tom.connection);
    await this.#loggedIn(tom);
    await tom.player.next('disconnect');
    await this.talk();
  }

  /** Somebody says something and leaves 20 ms later, again and again; all of it is stored. */
  async visit(): Promise<void> {
    const waiting = Array.from({ length: VISITS }, (_, n) => `visit ${n}`);
    const expected = [...waiting].sort();
    const [, jerry] = this.#both();
    const visitor = this.#id('visitor');
    await befriend(this.#cloud.origin, visitor, jerry.player.id);
    const visits = Array.from({ length: 5 }, async () => {
      for (let body = waiting.shift(); body; body = waiting.shift()) await this.#leave(visitor, [body], 20);
    });
    await Promise.all(visits);
    assert.deepEqual(await this.#stored(visitor, jerry.player.id), expected);
  }

  /** Somebody leaves while many acknowledgements are pending; every message is stored. */
  async hurry(): Promise<void> {
    const bodies = Array.from({ length: PENDING }, (_, n) => `message ${n}`);
    const [, jerry] = this.#both();
    const visitor = this.#id('visitor');
    await befriend(this.#cloud.origin, visitor, jerry.player.id);
    await this.#leave(visitor, bodies, 0);
    assert.deepEqual(await this.#stored(visitor, jerry.player.id), bodies.sort());
  }

  /** Logs in, says some messages to the second user, and leaves after so many milliseconds. */
  async #leave(visitor: string, bodies: readonly string[], leave_ms: number): Promise<void> {
    const [, jerry] = this.#both();
    const player = this.#playAs(visitor);
    try {
      Welcome.parse(await player.next('login'));
      const to = { id: jerry.player.id, type: 0 };
      player.say({ messages: bodies.map((body) => ({ to, content: { media: 0, body } })), leave_ms });
    } finally {
      await player.end();
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
  async stay(): Promise<void> {
    const open = this.#cloud.connections();
    for (const { player, connection } of this.#participants)
      assert.ok(open.includes(connection), `${player.id} has lost the connection`);
    await this.talk();
  }

  async end(): Promise<void> {
    await Promise.all(this.#participants.map(({ player }) => player.end()));
  }

  #play(name: string, clientKey?: string): Player {
    return this.#playAs(this.#id(name), clientKey);
  }

  #id(name: string): string {
    made += 1;
    return `${name}-${made}`;
  }

  #playAs(id: string, clientKey?: string): Player {
    return new Player(this.#command, this.#cloud.origin, id, JSON.stringify(credentials({ client: id }, clientKey)));
  }

  /** Waits for a login that is under way, on a connection that does not exist yet. */
  async #loggedIn(participant: Participant): Promise<void> {
    const others = this.#cloud.connections();
    const { id } = Welcome.parse(await participant.player.next('login'));
    assert.equal(id, participant.player.id);
    const [connection = ''] = this.#cloud.connections().filter((one) => !others.includes(one));
    participant.connection = connection;
  }

  #both(): [Participant, Participant] {
    const [tom, jerry] = this.#participants;
    assert.ok(tom && jerry, 'Nobody has logged in');
    return [tom, jerry];
  }
}

async function say(speaker: Player, hearer: Player): Promise<void> {
  const content = { media: 0, body: TEXT };
  speaker.say({ to: { id: hearer.id, type: 0 }, content, ack: ACK });
  const stored = Stored.parse(await speaker.next('ack'));
  const answer = Answer.parse(await speaker.next('answer'));
  assert.equal(stored.ts, answer.ts);
  const { id, ts } = answer;
  assert.deepEqual(await hearer.next('message'), { id, from: { id: speaker.id, type: 0 }, content, ts });
}
