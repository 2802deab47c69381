import { expect, it } from 'vitest';
import { type ClientVersion, emitWithAck } from '../support/clients.ts';
import { Inbox } from '../support/collect.ts';
import { Device, text } from '../support/device.ts';
import { befriend, credentials, macaw, rest, someone } from '../support/macaw.ts';
import { random } from '../support/random.ts';

const system = macaw();

const STEPS = Number(process.env.MODEL_STEPS ?? 25);
const SEED = Number(process.env.MODEL_SEED ?? 20_261_125);

const idOf = (value: unknown) => String(Object(value).id);

/** A user who keeps all messages across connections, as an app with a local database does. */
class App {
  readonly known = new Map<string, unknown>();
  device: Device | undefined;
  readonly #version: ClientVersion;
  readonly #user: string;

  constructor(version: ClientVersion, user: string) {
    this.#version = version;
    this.#user = user;
  }

  get since(): string | undefined {
    return [...this.known.keys()].sort().at(-1);
  }

  async connect(): Promise<void> {
    const { since } = this;
    const query = { auth: JSON.stringify(credentials({ client: this.#user, since })) };
    const device = new Device(this.#version, system.origin, { query, options: { reconnection: false } });
    for (const event of ['message', 'yourself']) {
      device.client.on(event, (message) => this.known.set(idOf(message), message));
    }
    const synced = new Inbox(device.client, 'synced');
    await device.loggedIn();
    if (since !== undefined) expect(await synced.at()).toMatchObject({ complete: true });
    this.device = device;
  }

  cut(): void {
    this.device?.close();
    this.device = undefined;
  }
}

it.each(['2.5.0', '3.1.3', '4.8.4'] as const)(
  'an app with %s has every message once and the right unread count, whatever happens to its connection',
  async (version) => {
    const next = random(SEED);
    const [tom, jerry] = [someone('tom'), someone('jerry')];
    await befriend(system.origin, tom, jerry);
    const [phone, tablet] = [new App(version, tom), new App('4.8.4', tom)];
    const jerrys = await Device.login('4.8.4', system.origin, jerry);
    await Promise.all([phone.connect(), tablet.connect()]);
    const sent: string[] = [];
    let read = '';
    const steps: Record<string, () => Promise<void>> = {
      async say() {
        const message = text(tom, `message ${sent.length}`, { cid: `cid-${sent.length}` });
        // Attempts run at the same time or one after the other.
        const attempts = [jerrys.say(message), ...(next() < 0.3 ? [jerrys.say(message)] : [])];
        const ids = new Set([...(await Promise.all(attempts)), await jerrys.say(message)].map(idOf));
        expect(ids.size).toBe(1);
        sent.push(...ids);
      },
      async answer() {
        const answer = await tablet.device?.say(text(jerry, 'answer', { cid: someone('cid') }));
        if (answer) tablet.known.set(idOf(answer), answer);
      },
      async read() {
        const upTo = phone.since;
        if (!phone.device || upTo === undefined) return;
        const [answer] = await emitWithAck(phone.device.client, 'read', [{ to: { id: jerry, type: 0 }, upTo }]);
        expect(answer).toEqual({ success: true });
        if (upTo > read) read = upTo;
      },
      async cut() {
        (next() < 0.5 ? phone : tablet).cut();
      },
      async connect() {
        for (const app of [phone, tablet]) if (!app.device) await app.connect();
      },
    };
    // Each app has a message from which it catches up.
    await steps.say?.();
    await expect.poll(() => [phone.since, tablet.since]).toEqual([sent[0], sent[0]]);
    const names = ['say', 'say', 'say', 'answer', 'read', 'cut', 'connect'];
    for (let n = 0; n < STEPS; n++) await steps[names[Math.floor(next() * names.length)] ?? 'say']?.();
    await system.cloud.settled();
    for (const app of [phone, tablet]) {
      app.cut();
      await app.connect();
    }
    const path = `/ctx/${tom}/friends/${jerry}/chats?limit=100`;
    const history = (await rest(system.origin, 'GET', path)).body as { id: string; speaker: string }[];
    const stored = history.map(({ id }) => id);
    expect(history.filter(({ speaker }) => speaker === jerry).map(({ id }) => id)).toEqual(sent);
    // A device does not get its own messages again unless it catches up.
    expect([...phone.known.keys()].sort()).toEqual(stored);
    expect([...tablet.known.keys()].sort()).toEqual(stored);
    const unread = sent.filter((id) => id > read).length;
    expect((await rest(system.origin, 'GET', `/ctx/${tom}/unread`)).body).toEqual({ unread });
  },
  60_000,
);
