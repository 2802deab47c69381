import { expect, it, onTestFinished } from 'vitest';
import { createClient, type Macaw, memoryStorage } from '../../client/src/index.ts';
import { eventually } from '../support/eventually.ts';
import { app, befriend, macaw, rest, someone } from '../support/macaw.ts';
import { random } from '../support/random.ts';

const system = macaw();

const STEPS = Number(process.env.MODEL_STEPS ?? 40);
const SEED = Number(process.env.MODEL_SEED ?? 20_261_126);

/** An app whose process can end at any time; only its storage remains. */
class App {
  readonly user: string;
  readonly #storage = memoryStorage();
  readonly #peer: string;
  readonly events: string[] = [];
  macaw: Macaw;

  constructor(user: string, peer: string) {
    this.user = user;
    this.#peer = peer;
    this.macaw = this.#start();
  }

  #start(): Macaw {
    const { id, clientKey } = app;
    const socket = { reconnectionDelay: 20, reconnectionDelayMax: 100 };
    const started = createClient({ url: system.origin, app: id, clientKey, storage: this.#storage, socket });
    started.on('message', (message) => this.events.push(String(message.id)));
    // A login can be refused by a throttled database, and is repeated then.
    started.login({ userId: this.user }).catch(() => undefined);
    return started;
  }

  get conversation() {
    return this.macaw.conversation('friend', this.#peer);
  }

  restart(): void {
    this.macaw.close();
    this.macaw = this.#start();
  }

  waiting = () => this.#storage.load('macaw/');

  bodies = () => this.conversation.getSnapshot().messages.map(({ body }) => body);
}

it('stores every message once and in order, whatever happens to connections, posts and apps', {
  tags: 'slow',
}, async () => {
  const next = random(SEED);
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const apps = [new App(tom, jerry), new App(jerry, tom)] as const;
  onTestFinished(() => apps.forEach((one) => void one.macaw.close()));
  const sent = new Map<string, string[]>([
    [tom, []],
    [jerry, []],
  ]);
  const some = () => (next() < 0.5 ? apps[0] : apps[1]);
  const steps: Record<string, () => unknown> = {
    say() {
      const speaker = some();
      const list = sent.get(speaker.user) ?? [];
      const body = `${speaker.user} ${list.length}`;
      list.push(body);
      speaker.conversation.send(body);
    },
    cut() {
      for (const id of system.cloud.connections()) if (next() < 0.5) system.cloud.drop(id);
    },
    failPosts() {
      for (const id of system.cloud.connections()) system.cloud.failPosts(id, 500, 2);
    },
    throttle: () => system.cloud.throttle('dynamodb', 3),
    pause: () => some().macaw.pause(),
    resume: () => apps.forEach((one) => void one.macaw.resume()),
    restart: () => some().restart(),
    wait: () => new Promise((resolve) => setTimeout(resolve, next() * 200)),
  };
  const names = [
    'say',
    'say',
    'say',
    'say',
    'wait',
    'wait',
    'cut',
    'failPosts',
    'throttle',
    'pause',
    'resume',
    'restart',
  ];
  for (let n = 0; n < STEPS; n++) await steps[names[Math.floor(next() * names.length)] ?? 'say']?.();

  steps.resume?.();
  for (const one of apps) await eventually(one.waiting, 40_000).toEqual([]);
  await system.cloud.settled();
  const history = (await rest(system.origin, 'GET', `/ctx/${tom}/friends/${jerry}/chats?limit=100`)).body;
  const stored = history as { id: string; speaker: string; content: { body: string } }[];
  for (const [user, bodies] of sent)
    expect(stored.filter(({ speaker }) => speaker === user).map(({ content }) => content.body)).toEqual(bodies);
  for (const one of apps) {
    // An app that restarted begins with the messages since then.
    while (await one.conversation.loadEarlier({ limit: 100 }));
    await eventually(one.bodies).toEqual(stored.map(({ content }) => content.body));
    expect(new Set(one.events).size).toBe(one.events.length);
    expect(one.conversation.getSnapshot().messages.every(({ status }) => status === 'sent')).toBe(true);
  }
});
