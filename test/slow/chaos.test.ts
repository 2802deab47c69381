import pMap from 'p-map';
import { expect, inject, it, vi } from 'vitest';
import { ChaosUser, insist, type Sent } from '../support/chaos-user.ts';
import type { Address } from '../support/chat-app.ts';
import { Database } from '../support/database.ts';
import { rest, someone } from '../support/demo-app.ts';
import { Dice } from '../support/dice.ts';

const SEEDS = Number(process.env.MACAW_CHAOS_SEEDS ?? 1);
const FIRST = Number(process.env.MACAW_CHAOS_SEED ?? 20_261_126);
const STEPS = Number(process.env.MACAW_CHAOS_STEPS ?? 60);

/** Actions at the same time. */
const AT_ONCE = 4;

interface Stored {
  readonly id: string;
  readonly speaker: string;
  readonly content: { readonly body: string };
}

/** A conversation, as each participant addresses it, and the path of its history. */
interface Conversation {
  readonly chats: string;
  readonly address: (user: string) => Address;
  readonly users: readonly ChaosUser[];
}

/** What users did, and what must be true afterwards. */
class World {
  readonly users: readonly ChaosUser[];
  readonly conversations: Conversation[] = [];
  /** The members of a group in which nobody speaks. */
  readonly members: Set<string>;
  readonly friends = new Set<string>();
  readonly #origin: string;
  #changing = '';
  #changes: Promise<unknown> = Promise.resolve();

  constructor(origin: string) {
    this.#origin = origin;
    this.users = ['ann', 'bob', 'cid', 'dan'].map((name) => new ChaosUser(origin, someone(name)));
    this.members = new Set(this.users.map(({ id }) => id));
  }

  async begin(): Promise<void> {
    const [ann, bob, cid, dan] = this.users;
    if (!ann || !bob || !cid || !dan) throw new Error('There are four users');
    for (const [one, other] of [
      [ann, bob],
      [ann, cid],
      [ann, dan],
    ] as const) {
      await insist(this.#origin, 'POST', `/ctx/${one.id}/friends/${other.id}`);
      const address = (user: string) => ({ id: user === one.id ? other.id : one.id, type: 0 });
      this.conversations.push({ chats: `/ctx/${one.id}/friends/${other.id}/chats`, address, users: [one, other] });
    }
    const all = { owner: ann.id, members: [...this.members] };
    const group = String(await insist(this.#origin, 'POST', '/groups', all));
    const address = () => ({ id: group, type: 1 });
    this.conversations.push({ chats: `/groups/${group}/chats`, address, users: this.users });
    this.#changing = String(await insist(this.#origin, 'POST', '/groups', all));
    await Promise.all(this.users.map((user) => user.connect()));
  }

  async step(dice: Dice): Promise<void> {
    const { address, users } = dice.one(this.conversations);
    const user = dice.one(users);
    const [action, wantsCid] = [dice.next(), dice.chance(0.8)];
    if (action < 0.65) await user.say(address(user.id), wantsCid);
    else if (action < 0.75) user.cut();
    else if (action < 0.85) {
      const upTo = [...user.known].sort().at(-1);
      // The message can be of another conversation, which the server refuses.
      if (upTo !== undefined) await user.readUpTo(address(user.id), upTo);
    } else {
      const [, bob, cid, dan] = this.users;
      const one = dice.one([bob, cid, dan])?.id ?? '';
      const other = dice.one([bob, cid, dan])?.id ?? '';
      this.#changes = this.#changes.then(() => (action < 0.93 ? this.#join(one) : this.#befriend(one, other)));
      await this.#changes;
    }
  }

  /** Adds or removes a member. */
  async #join(user: string): Promise<void> {
    const isMember = this.members.has(user);
    await insist(this.#origin, isMember ? 'DELETE' : 'POST', `/groups/${this.#changing}/members/${user}`);
    if (isMember) this.members.delete(user);
    else this.members.add(user);
  }

  /** Makes two users friends, or ends it. */
  async #befriend(one: string, other: string): Promise<void> {
    if (one === other) return;
    const pair = [one, other].sort().join(' ');
    const are = this.friends.has(pair);
    await insist(this.#origin, are ? 'DELETE' : 'POST', `/ctx/${one}/friends/${other}`);
    if (are) this.friends.delete(pair);
    else this.friends.add(pair);
  }

  async history({ chats }: Conversation): Promise<Stored[]> {
    const all: Stored[] = [];
    for (let after = '00000000000000-0000000000000000-00000000'; ; after = all.at(-1)?.id ?? after) {
      const { body } = await rest(this.#origin, 'GET', `${chats}?limit=100&after=${after}`);
      const page = body as Stored[];
      all.push(...page);
      if (page.length < 100) return all;
    }
  }

  /** Checks the messages of a conversation, and that all users know them. */
  async checkMessages(conversation: Conversation): Promise<void> {
    const history = await this.history(conversation);
    const bodies = history.map(({ content }) => content.body);
    expect(new Set(bodies).size, 'no message is stored twice').toBe(bodies.length);
    const isHere = (user: ChaosUser, { to }: Sent) => {
      const { id, type } = conversation.address(user.id);
      return to.id === id && to.type === type;
    };
    for (const user of conversation.users) {
      const sent = user.sent.filter((message) => isHere(user, message));
      for (const { id, body } of sent) {
        const found = history.filter(({ content }) => content.body === body).map((message) => message.id);
        if (id !== undefined) expect(found, `${body} was acknowledged`).toEqual([id]);
      }
      const missing = history.filter(({ id }) => !user.known.has(id));
      expect(missing, `${user.id} knows all messages`).toEqual([]);
    }
  }

  /** Reads at least half of each conversation, and checks the unread counts. */
  async checkUnread(): Promise<void> {
    for (const user of this.users) {
      const expected = new Map<string, number>();
      for (const conversation of this.conversations.filter((one) => one.users.includes(user))) {
        const history = await this.history(conversation);
        // The user may have read further before.
        const half = history[Math.floor(history.length / 2)]?.id ?? '';
        const upTo = history.map(({ id }) => id).findLast((id) => id === half || user.read.has(id));
        const to = conversation.address(user.id);
        const type = to.type === 0 ? 'friend' : 'group';
        if (upTo === undefined) continue;
        const path = `/ctx/${user.id}/conversations/${type}/${to.id}/read`;
        await insist(this.#origin, 'PUT', path, { upTo });
        const unread = history.filter(({ id, speaker }) => id > upTo && speaker !== user.id).length;
        expected.set(to.id, unread);
      }
      const { conversations } = Object(await insist(this.#origin, 'GET', `/ctx/${user.id}/conversations`));
      const listed = (conversations as { id: string; unread: number }[]).map(({ id, unread }) => [id, unread] as const);
      expect(new Map(listed), user.id).toEqual(expected);
    }
  }

  /** Checks both halves of memberships and friendships, and who is connected. */
  async checkRelations(): Promise<void> {
    const get = async (path: string) => (await rest(this.#origin, 'GET', path)).body;
    expect(Object(await get(`/groups/${this.#changing}`)).members).toEqual([...this.members].sort());
    const [ann] = this.users;
    for (const { id } of this.users) {
      const groups = (await get(`/ctx/${id}/groups`)) as string[];
      expect(groups.includes(this.#changing), `groups of ${id}`).toBe(this.members.has(id));
      const friends = this.users.filter(
        (other) =>
          other.id !== id && (id === ann?.id || other === ann || this.friends.has([id, other.id].sort().join(' '))),
      );
      const listed = (await get(`/ctx/${id}/friends`)) as string[];
      expect(listed.toSorted(), `friends of ${id}`).toEqual(friends.map((other) => other.id).sort());
      expect(Object(await get(`/ctx/${id}`)).sessions, `sessions of ${id}`).toBe(1);
    }
  }
}

async function run(seed: number): Promise<void> {
  const system = await Database.start(inject('assembly'), { chaos: seed });
  const { cloud } = system;
  const world = new World(cloud.origin);
  try {
    const dice = new Dice(seed);
    await world.begin();
    await pMap(Array.from({ length: STEPS }), () => world.step(dice), { concurrency: AT_ONCE });
    const faults = cloud.calm();
    console.log(`Faults of seed ${seed}: ${JSON.stringify(faults)}`);
    expect(Object.keys(faults).length).toBeGreaterThan(5);
    await cloud.settled();
    for (const user of world.users) await user.repeat();
    await cloud.settled();
    await Promise.all(world.users.map((user) => user.connect()));
    // A post to a connection whose end was not reported finds it gone.
    for (const { id } of world.users) await insist(cloud.origin, 'POST', `/system/${id}`, { content: { body: 'hi' } });
    await vi.waitFor(
      async () => {
        for (const conversation of world.conversations) await world.checkMessages(conversation);
        await world.checkRelations();
      },
      { timeout: 20_000, interval: 500 },
    );
    await world.checkUnread();
  } finally {
    for (const user of world.users) user.cut();
    await system.stop();
  }
}

it.each(Array.from({ length: SEEDS }, (_, n) => FIRST + n))(
  'with the faults of seed %i, no message is lost or repeated, and all state converges',
  run,
  60_000 + STEPS * 1000,
);
