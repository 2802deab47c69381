import pMap from 'p-map';
import type { Address } from '../chat-app.ts';
import { someone } from '../demo-app.ts';
import { Dice } from '../dice.ts';
import { Attachments } from './attachments.ts';
import { ChaosUser, insist } from './user.ts';

/** A conversation, as each participant addresses it, and the path of its history. */
export interface Conversation {
  readonly chats: string;
  readonly address: (user: string) => Address;
  readonly users: readonly ChaosUser[];
}

const FAR = 'far';

/** Of the messages of one action, when they go to a group. Each of them has more receivers. */
const GROUP_SHARE = 1 / 4;

/** The media of a message with an image. */
const IMAGE = 1;

/**
 * Four users. The first is a friend of the other three, and everybody learns when they come and go. One group is for messages of all.
 * Another group, and friendships among the others, change. A fifth user has a phone and stays offline.
 */
export class Circle {
  readonly users: readonly ChaosUser[];
  readonly phone: ChaosUser;
  readonly conversations: Conversation[] = [];
  /** The conversation with the user who is offline. */
  readonly pushed: Conversation;
  /** The members of the group that changes. */
  readonly members: Set<string>;
  /** Pairs of friends among the last three, which change. */
  readonly friends = new Set<string>();
  readonly attachments: Attachments;
  readonly #origin: string;
  #changing = '';
  #changes: Promise<unknown> = Promise.resolve();

  constructor(origin: string, install: string) {
    this.#origin = origin;
    this.attachments = new Attachments(origin);
    const [first, ...others] = ['ann', 'bob', 'cid', 'dan'].map(someone);
    this.users = [
      new ChaosUser(origin, String(first), { notifyAll: true }),
      ...others.map((id) => new ChaosUser(origin, id)),
    ];
    this.phone = new ChaosUser(origin, someone(FAR), { install });
    this.members = new Set(this.users.map(({ id }) => id));
    const [ann] = this.users;
    if (!ann) throw new Error('There is no user');
    this.pushed = this.#between(ann, this.phone);
  }

  get changing(): string {
    return this.#changing;
  }

  async begin(): Promise<void> {
    const [ann, ...others] = this.users;
    if (!ann) return;
    for (const other of others) this.conversations.push(this.#between(ann, other));
    for (const other of [...others, this.phone])
      await insist(this.#origin, 'POST', `/ctx/${ann.id}/friends/${other.id}`);
    const all = { owner: ann.id, members: [...this.members] };
    const group = String(await insist(this.#origin, 'POST', '/groups', all));
    const address = () => ({ id: group, type: 1 });
    this.conversations.push({ chats: `/groups/${group}/chats`, address, users: this.users });
    this.#changing = String(await insist(this.#origin, 'POST', '/groups', all));
    await pMap([...this.users, this.phone], (user) => user.connect(), { concurrency: 2 });
    this.phone.cut();
  }

  /**
   * What one user does, action by action, as a seed decides.
   * @param messages how many messages they send in one action
   * @param until when they stop, epoch ms
   */
  async act(
    user: ChaosUser,
    seed: number,
    { actions, messages, until }: { readonly actions: number; readonly messages: number; readonly until: number },
  ): Promise<void> {
    const dice = new Dice(seed);
    const own = this.conversations.filter(({ users }) => users.includes(user));
    const [ann] = this.users;
    for (let n = 0; n < actions && Date.now() < until; n++) {
      const conversation = user === ann && dice.chance(0.05) ? this.pushed : dice.one(own);
      const to = conversation.address(user.id);
      const [action, wantsCid] = [dice.next(), dice.chance(0.8)];
      if (action < 0.83) {
        await user.sayAll(to, wantsCid, to.type === 1 ? Math.ceil(messages * GROUP_SHARE) : messages);
        // Otherwise, whoever lost their connection unnoticed would get none of the next messages.
        if (messages > 1 && dice.chance(0.2)) user.cut();
      } else if (action < 0.86) {
        const body = await this.attachments.upload(dice.chance(0.3));
        await user.say(to, wantsCid, { body, media: IMAGE });
      } else if (action < 0.89) user.cut();
      else if (action < 0.96) {
        const upTo = user.newest(to);
        if (upTo !== undefined) await user.readUpTo(to, upTo);
      } else {
        const [one, other] = [dice.one(this.users.slice(1)).id, dice.one(this.users.slice(1)).id];
        this.#changes = this.#changes.then(() => (action < 0.98 ? this.#join(one) : this.#befriend(one, other)));
        await this.#changes;
      }
    }
  }

  areFriends(one: ChaosUser, other: ChaosUser): boolean {
    const [ann] = this.users;
    return one === ann || other === ann || this.friends.has([one.id, other.id].sort().join(' '));
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

  #between(one: ChaosUser, other: ChaosUser): Conversation {
    const address = (user: string) => ({ id: user === one.id ? other.id : one.id, type: 0 });
    return { chats: `/ctx/${one.id}/friends/${other.id}/chats`, address, users: [one, other] };
  }
}
