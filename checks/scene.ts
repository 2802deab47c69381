import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { Cloud } from '../local/cloud.ts';
import { befriend, credentials } from '../test/support/demo-app.ts';
import type { Client } from './client.ts';
import { Player } from './player.ts';

const TEXT = 'Grüße, 你好, "привет" \\ \u2028 👩‍👩‍👧 🦜';

/** The number of a message, which its ack contains. */
const ACK = 7;

const Welcome = z.object({ success: z.literal(true), id: z.string() });
const Refusal = z.object({ success: z.literal(false), error: z.literal(5003), message: z.string() });
const Stored = z.object({ ack: z.literal(ACK), ts: z.int() });
const Answer = z.object({ success: z.literal(true), id: z.string(), ts: z.int(), ack: z.literal(ACK) });

const PING_INTERVAL_MIN = 4;
const PONG_MS = 5000;

interface Participant {
  readonly player: Player;
  connection: string;
}

let made = 0;

/** Two users of one stock client, and the checks on them. */
export class Scene {
  readonly #cloud: Cloud;
  readonly #client: Client;
  #command: readonly string[] = [];
  readonly #participants: Participant[] = [];

  constructor(cloud: Cloud, client: Client) {
    this.#cloud = cloud;
    this.#client = client;
  }

  /** Installs the client, logs in two users and makes them friends. The sequential logins identify the connections. */
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

  /** A user with a wrong key gets an error and is disconnected. */
  async intrude(): Promise<void> {
    const intruder = this.#play('intruder', 'a-wrong-key');
    try {
      Refusal.parse(await intruder.next('login'));
      if (!this.#client.deafToClose) await intruder.next('disconnect');
    } finally {
      await intruder.end();
    }
  }

  /** Each user sends a message to the other. */
  async talk(): Promise<void> {
    const [tom, jerry] = this.#both();
    await say(tom.player, jerry.player);
    await say(jerry.player, tom.player);
  }

  /** Both clients are pinged now, and answer. */
  async beat(): Promise<void> {
    const mark = this.#cloud.calls.mark();
    const frames = () =>
      this.#cloud.calls
        .since(mark)
        .filter((entry) => entry.service === 'invocation' && entry.trigger === 'websocket $default').length;
    // Each connection is due in one minute of the interval.
    for (let minute = 1; minute <= PING_INTERVAL_MIN; minute++) {
      await this.#cloud.invoke('Heartbeat', { time: new Date(Date.now() + minute * 60_000).toISOString() });
    }
    const deadline = Date.now() + PONG_MS;
    while (frames() < 2 && Date.now() < deadline) await pause(20);
    assert.equal(frames(), 2, `${frames()} of 2 clients answered the heartbeat`);
    await this.stay();
  }

  /** A connection is lost without a close frame, and its client reconnects. */
  async revive(): Promise<void> {
    const [tom] = this.#both();
    this.#cloud.drop(tom.connection);
    await this.#loggedIn(tom);
    await tom.player.next('disconnect');
    await this.talk();
  }

  /** Both clients kept their connections and can use them. */
  async stay(): Promise<void> {
    const open = this.#cloud.connections();
    for (const { player, connection } of this.#participants)
      assert.ok(open.includes(connection), `${player.id} lost the connection`);
    await this.talk();
  }

  async end(): Promise<void> {
    await Promise.all(this.#participants.map(({ player }) => player.end()));
  }

  #play(name: string, clientKey?: string): Player {
    made += 1;
    const id = `${name}-${made}`;
    return new Player(this.#command, this.#cloud.origin, id, JSON.stringify(credentials({ client: id }, clientKey)));
  }

  /** Waits for a login on a new connection. */
  async #loggedIn(participant: Participant): Promise<void> {
    const others = this.#cloud.connections();
    const { id } = Welcome.parse(await participant.player.next('login'));
    assert.equal(id, participant.player.id);
    const [connection = ''] = this.#cloud.connections().filter((one) => !others.includes(one));
    participant.connection = connection;
  }

  #both(): [Participant, Participant] {
    const [tom, jerry] = this.#participants;
    assert.ok(tom && jerry, 'No client logged in');
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
