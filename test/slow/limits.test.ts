import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { CLIENT_VERSIONS, type ClientVersion } from '../support/clients.ts';
import { Device } from '../support/device.ts';
import { credentials, macaw } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

/** Duration of the test; a minute finds more. */
const SECONDS = Number(process.env.MACAW_CHAT_SECONDS ?? 20);

/** Connections have a short lifetime and a shorter idle timeout. */
const LIMITS = { idleMs: 2000, lifetimeMs: 5000 };

/** Pauses between messages. The quiet users pause longer than the idle timeout. */
const THINKING_MS = { talkative: 500, quiet: 3000 };

const system = macaw({ limits: LIMITS });
const { users, call, create } = testApi(system);

interface Past {
  readonly speaker: string;
  readonly content: { readonly body: string };
  readonly ts: number;
}

/** A user with a stock client that reconnects after each drop. */
class Chatter {
  readonly id: string;
  readonly device: Device;
  readonly acknowledged: string[] = [];
  readonly refused: unknown[] = [];
  connects = 0;
  #said = 0;

  constructor(version: ClientVersion, id: string) {
    this.id = id;
    const auth = credentials({ client: id });
    this.device = new Device(version, system.origin, {
      ...(version === '4.8.4' ? {} : { query: { auth: JSON.stringify(auth) } }),
      options: { ...(version === '4.8.4' && { auth }), reconnectionDelay: 100, reconnectionDelayMax: 300 },
    });
    const { client } = this.device;
    client.on('connect', () => {
      this.connects++;
    });
  }

  /** Sends messages to the targets in turn until the time is over. */
  async chat(targets: readonly { id: string; type: number }[], thinkingMs: number, end: number): Promise<void> {
    while (Date.now() < end) {
      const to = targets[this.#said % targets.length];
      const body = `${this.id} says ${this.#said++}`;
      const answer = await this.#say({ to, content: { media: 0, body } });
      if (answer === 'lost') continue;
      if (Object(answer).success === true) this.acknowledged.push(body);
      else this.refused.push(answer);
      await setTimeout(thinkingMs);
    }
  }

  /**
   * A message in transit during a drop may be stored or lost. A message that waits for a connection is sent by the next
   * one.
   */
  #say(message: unknown): Promise<unknown> {
    const { client } = this.device;
    return new Promise((resolve) => {
      const lose = () => resolve('lost');
      client.once('disconnect', lose);
      client.emit('say', message, (answer: unknown) => {
        client.off('disconnect', lose);
        resolve(answer);
      });
    });
  }
}

it(
  `connections that live for seconds lose and double no message (${SECONDS} s)`,
  async () => {
    const talkative = await users(...CLIENT_VERSIONS.map((version) => `talker-${version.replaceAll('.', '-')}`));
    const quiet = await users('quiet', 'silent');
    const befriend = (one: string, other: string) => call('POST', `/ctx/${one}/friends/${other}`);
    const pairs = [talkative, quiet].flatMap((circle) =>
      circle.flatMap((one, n) => circle.slice(n + 1).map((other): [string, string] => [one, other])),
    );
    await Promise.all(pairs.map(([one, other]) => befriend(one, other)));
    const groups = await Promise.all([1, 2, 3].map(() => create('group', { owner: talkative[0], members: talkative })));

    const chatters = [
      ...talkative.map((id, n) => new Chatter(CLIENT_VERSIONS[n] ?? '4.8.4', id)),
      ...quiet.map((id, n) => new Chatter(n === 0 ? '1.4.8' : '4.8.4', id)),
    ];
    // During cold starts, a connection may reach the idle timeout before the handshake.
    await Promise.all(chatters.map(({ device }) => device.logins.at(0, 60_000)));
    const end = Date.now() + SECONDS * 1000;
    await Promise.all(
      chatters.map((chatter) => {
        const circle = talkative.includes(chatter.id) ? talkative : quiet;
        const friends = circle.filter((id) => id !== chatter.id).map((id) => ({ id, type: 0 }));
        return circle === quiet
          ? chatter.chat(friends, THINKING_MS.quiet, end)
          : chatter.chat([...friends, ...groups.map((id) => ({ id, type: 1 }))], THINKING_MS.talkative, end);
      }),
    );
    await system.cloud.settled();

    const read = async (path: string) => (await call('GET', `${path}/chats?limit=100`)).body as Past[];
    const conversations = [
      ...pairs.map(async ([one, other]) => ({ among: [one, other], past: await read(`/ctx/${one}/friends/${other}`) })),
      ...groups.map(async (id) => ({ among: talkative, past: await read(`/groups/${id}`) })),
    ];
    const histories = await Promise.all(conversations);
    for (const { past } of histories) expect(past.length).toBeLessThan(100);
    const bodies = histories.flatMap(({ past }) => past.map(({ content }) => content.body));

    expect(bodies.filter((body, n) => bodies.indexOf(body) !== n)).toEqual([]);
    for (const { id, device, acknowledged, refused, connects } of chatters) {
      expect({ id, refused }).toEqual({ id, refused: [] });
      expect(acknowledged.length).toBeGreaterThan(2);
      expect({ id, missing: acknowledged.filter((body) => !bodies.includes(body)) }).toEqual({ id, missing: [] });
      // Connections dropped continuously. Two seconds are enough to reconnect on a machine under load.
      expect(connects).toBeGreaterThan(Math.max(1, Math.floor((SECONDS * 1000) / (LIMITS.lifetimeMs + 2000))));

      const seen = device.messages.received.map((message) => (message as Past).content.body);
      expect({ id, seen: seen.length }).not.toEqual({ id, seen: 0 });
      expect({ id, doubled: seen.filter((body, n) => seen.indexOf(body) !== n) }).toEqual({ id, doubled: [] });
      expect({ id, unheardOf: seen.filter((body) => !bodies.includes(body)) }).toEqual({ id, unheardOf: [] });
    }
  },
  SECONDS * 1000 + 120_000,
);
