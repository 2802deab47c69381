import { inspect } from 'node:util';
import pMap from 'p-map';
import { expect, it, vi } from 'vitest';
import { type Address, ChatApp, changeable } from '../support/chat-app.ts';
import { database } from '../support/database.ts';
import { app, befriend, rest, someone } from '../support/demo-app.ts';
import { random } from '../support/random.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({}));
const { create, call } = testApi(system);

const VERSIONS = ['2.5.0', '3.1.3', '4.8.4'] as const;
const RUNS = Number(process.env.MACAW_MODEL_RUNS ?? VERSIONS.length);
const STEPS = Number(process.env.MACAW_MODEL_STEPS ?? 12);
const SEED = Number(process.env.MACAW_MODEL_SEED ?? 20_261_125);
const RUN_TIMEOUT_MS = 60_000;

/** Runs at the same time. They mostly wait. */
const AT_ONCE = 4;

/** A device of a participant, and the conversations that they write to. */
interface Participant {
  readonly id: string;
  readonly app: ChatApp;
  readonly conversations: readonly { readonly to: Address; readonly of: Conversation }[];
}

/** A stored conversation, and how far its participants have read it. */
interface Conversation {
  readonly partition: string;
  readonly chats: string;
  readonly read: Map<string, string>;
  /** The users who may not write: whom the other one blocks, or who are muted in the group. */
  readonly silenced: Set<string>;
}

type Stored = { readonly id: string; readonly speaker: string; readonly cid: string; readonly recalled?: number };

/** All messages of a conversation. */
async function historyOf({ chats }: Conversation): Promise<Stored[]> {
  const all: Stored[] = [];
  for (let after = '00000000000000-0000000000000000-00000000'; ; after = all.at(-1)?.id ?? after) {
    const page = (await call('GET', `${chats}?limit=100&after=${after}`)).body as Stored[];
    all.push(...page);
    if (page.length < 100) return all;
  }
}

/** Tom with a phone and a tablet, Jerry, and a visitor of Tom. Tom and Jerry are friends and share a group. */
async function world(version: (typeof VERSIONS)[number]) {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const group = await create('group', { owner: tom, members: [jerry] });
  const visitor = String((await call('POST', '/passengers', {})).body);
  const conversation = (key: string, chats: string) => ({
    partition: `${app.id}#${key}`,
    chats,
    read: new Map(),
    silenced: new Set<string>(),
  });
  const friends = conversation(`friend#${[tom, jerry].sort().join('#')}`, `/ctx/${tom}/friends/${jerry}/chats`);
  const inGroup = conversation(`group#${group}`, `/groups/${group}/chats`);
  const visit = conversation(`passenger#${visitor}#${tom}`, `/passengers/${visitor}/chats/${tom}`);
  const toms = [
    { to: { id: jerry, type: 0 }, of: friends },
    { to: { id: group, type: 1 }, of: inGroup },
    { to: { id: visitor, type: 3 }, of: visit },
  ];
  const jerrys = [
    { to: { id: tom, type: 0 }, of: friends },
    { to: { id: group, type: 1 }, of: inGroup },
  ];
  const participants: Participant[] = [
    { id: tom, app: new ChatApp(system.origin, version, { client: tom }), conversations: toms },
    { id: tom, app: new ChatApp(system.origin, '4.8.4', { client: tom }), conversations: toms },
    { id: jerry, app: new ChatApp(system.origin, version, { client: jerry }), conversations: jerrys },
    {
      id: visitor,
      app: new ChatApp(system.origin, '4.8.4', { passenger: { id: visitor } }),
      conversations: [{ to: { id: tom, type: 0 }, of: visit }],
    },
  ];
  await Promise.all(participants.map(({ app }) => app.connect()));
  const silence = [
    { of: friends, user: tom, path: `/ctx/${jerry}/blocks/${tom}` },
    { of: inGroup, user: jerry, path: `/groups/${group}/mutes/${jerry}` },
  ];
  return { participants, conversations: [friends, inGroup, visit], silence };
}

type World = Awaited<ReturnType<typeof world>>;

/** Blocks or mutes a user, or ends that. */
async function toggle({ of, user, path }: World['silence'][number]): Promise<void> {
  const ends = of.silenced.delete(user);
  if (!ends) of.silenced.add(user);
  const until = path.includes('mutes') ? { until: Date.now() + 3_600_000 } : undefined;
  expect((await call(ends ? 'DELETE' : 'PUT', path, ends ? undefined : until)).status).toBe(204);
}

/** Sends a message, which the server stores unless the speaker may not write. */
async function say({ app, id }: Participant, { to, of }: Participant['conversations'][number], attempts: number) {
  expect(await app.say(to, attempts)).toBe(!of.silenced.has(id));
}

/** Does something that users and networks do. */
async function step({ participants, silence }: World, next: () => number): Promise<void> {
  const oneOf = <T>(all: readonly T[]) => all[Math.floor(next() * all.length)];
  const how = () => (next() < 0.5 ? 'close' : 'fail');
  const online = participants.filter(({ app }) => app.isOnline);
  const offline = participants.filter(({ app }) => !app.isOnline);
  const speaker = oneOf(online);
  const into = speaker && oneOf(speaker.conversations);
  const [action, attempts] = [next(), next() < 0.7 ? 1 : 3];
  if (!into || action < 0.15) {
    // Others write meanwhile.
    const writing = into && say(speaker, into, attempts);
    await Promise.all([writing, ...offline.map(({ app }) => app.connect())]);
  } else if (action < 0.55) {
    // Some writes meet a transaction, and are repeated.
    if (next() < 0.2) system.cloud.conflict(2);
    await say(speaker, into, attempts);
  } else if (action < 0.65) {
    speaker.app.sayAndCut(into.to, how());
  } else if (action < 0.72) {
    speaker.app.cut(how());
  } else if (action < 0.78) {
    const one = oneOf(silence);
    if (one) await toggle(one);
  } else if (action < 0.92) {
    // Two devices change messages of the conversation at the same time.
    const others = online.filter(({ conversations }) => conversations.some(({ of }) => of === into.of));
    await Promise.all(
      [speaker, oneOf(others) ?? speaker].map(async ({ id: user, app, conversations }) => {
        const kind = oneOf(['edit', 'recall', 'react', 'react'] as const) ?? 'react';
        const to = conversations.find(({ of }) => of === into.of)?.to ?? into.to;
        const id = oneOf(app.present(to, kind === 'react' ? 'all' : 'own').slice(-3));
        if (id === undefined) return;
        // A muted member may recall messages, a blocked user not even that.
        const may = !into.of.silenced.has(user) || (kind === 'recall' && to.type === 1);
        expect(await app.act(to, id, kind)).toBe(may);
      }),
    );
  } else {
    const received = speaker.app.received(into.to);
    const upTo = next() < 0.7 ? received.at(-1) : oneOf(received);
    if (upTo === undefined) return;
    await speaker.app.read(into.to, upTo);
    const { read } = into.of;
    if (upTo > (read.get(speaker.id) ?? '')) read.set(speaker.id, upTo);
  }
}

/** Checks that every device and the server have the same messages and unread counts as the histories. */
async function check({ participants, conversations }: World): Promise<void> {
  const histories = new Map(await Promise.all(conversations.map(async (of) => [of, await historyOf(of)] as const)));
  for (const history of histories.values()) {
    expect(new Set(history.map(({ cid }) => cid)).size).toBe(history.length);
  }
  for (const { id, app, conversations } of participants.filter(({ app }) => app.isOnline)) {
    const all = conversations.flatMap(({ of }) => histories.get(of) ?? []);
    expect([...app.known.keys()].sort()).toEqual(all.map((message) => message.id).sort());
    for (const message of all) expect(app.changes.get(message.id)).toEqual(changeable(message));
    const expected = conversations.map(({ to, of }) => {
      const upTo = of.read.get(id) ?? '';
      const history = histories.get(of) ?? [];
      const isUnread = (message: Stored) =>
        message.speaker !== id && message.id > upTo && message.recalled === undefined;
      const unread = history.filter(isUnread).length;
      return { ...to, last: history.at(-1)?.id, unread };
    });
    const ofDevice = conversations.map(({ to }) => ({ ...to, unread: app.unread(to) }));
    expect(ofDevice).toMatchObject(expected.map(({ last: _, ...others }) => others));
    if (id.startsWith('tom') || id.startsWith('jerry')) await checkServer(id, expected);
  }
}

async function checkServer(
  user: string,
  expected: readonly (Address & { last: string | undefined; unread: number })[],
) {
  const listed = Object((await rest(system.origin, 'GET', `/ctx/${user}/conversations`)).body).conversations;
  const shown = (listed as (Address & { last?: { id: string }; unread: number })[]).map(({ last, ...others }) => ({
    ...others,
    last: last?.id,
  }));
  const sorted = expected.filter(({ last }) => last !== undefined);
  expect(shown).toEqual(sorted.toSorted((a, b) => (String(a.last) < String(b.last) ? 1 : -1)));
  const total = expected.reduce((sum, { unread }) => sum + unread, 0);
  expect((await rest(system.origin, 'GET', `/ctx/${user}/unread`)).body).toEqual({ unread: total });
}

/** Checks the counters of all conversations against their messages. */
async function recount(worlds: readonly World[]): Promise<void> {
  const partitions = new Set(worlds.flatMap(({ conversations }) => conversations.map(({ partition }) => partition)));
  const heads = new Map<unknown, number>();
  const messages = new Map<unknown, number>();
  for (const { pk, sk, count, start } of await system.database.messages()) {
    if (!partitions.has(String(pk))) continue;
    // A list also stores the head of a conversation without messages.
    if (sk === 'head' && Number(count) > Number(start)) heads.set(pk, Number(count) - Number(start));
    else if (/^\d{14}-/.test(String(sk))) messages.set(pk, (messages.get(pk) ?? 0) + 1);
  }
  expect(heads).toEqual(messages);
}

it('apps have every message and the right unread counts, whatever happens to their connections', {
  tags: 'slow',
  timeout: RUNS * RUN_TIMEOUT_MS,
}, async () => {
  const failures: string[] = [];
  const run = async (n: number) => {
    const version = VERSIONS[(SEED + n) % VERSIONS.length] ?? '4.8.4';
    const next = random(SEED + n);
    const all = await world(version);
    try {
      for (let done = 0; done < STEPS; done++) await step(all, next);
      // Messages whose senders were cut off may still be on their way.
      const soon = () => vi.waitFor(() => check(all), { timeout: 20_000, interval: 250 });
      await soon();
      // Messages without an answer are repeated now.
      for (const { app } of all.participants) app.cut('close');
      await Promise.all(all.participants.map(({ app }) => app.connect()));
      await soon();
    } catch (error) {
      const failure = `MACAW_MODEL_SEED=${SEED + n} MACAW_MODEL_RUNS=1 MACAW_MODEL_STEPS=${STEPS}: ${inspect(error)}`;
      console.error(failure);
      failures.push(failure);
    } finally {
      for (const { app } of all.participants) app.cut('close');
    }
    return all;
  };
  const worlds = await pMap(Array.from({ length: RUNS }).keys(), run, { concurrency: AT_ONCE });
  expect(failures.join('\n')).toBe('');
  await system.cloud.settled();
  await recount(worlds);
});
