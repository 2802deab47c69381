import { type Client, connectClient, emitWithAck, nextEvent } from '../../test/support/clients.ts';
import { type Measured, Plan, type Scenario, type Target } from './plan.ts';

/** The number of clients that connect at the same time. */
const AT_ONCE = 20;
const PATIENCE_MS = 30_000;

let said = 0;

/** A stock client that can wait for a message. */
class Hearer {
  readonly client: Client;
  readonly #awaited = new Map<string, () => void>();

  constructor(client: Client) {
    this.client = client;
    client.on('message', (message) => {
      const body = String(Object(Object(message).content).body);
      this.#awaited.get(body)?.();
      this.#awaited.delete(body);
    });
  }

  heard(body: string): Promise<void> {
    return new Promise((resolve) => this.#awaited.set(body, resolve));
  }
}

async function connect({ url, auth }: Target): Promise<Map<string, Hearer>> {
  const hearers = new Map<string, Hearer>();
  const users = Object.entries(auth);
  for (let n = 0; n < users.length; n += AT_ONCE) {
    await Promise.all(
      users.slice(n, n + AT_ONCE).map(async ([user, auth]) => {
        const client = connectClient('4.8.4', url, { namespace: '/chat', query: { auth: JSON.stringify(auth) } });
        hearers.set(user, new Hearer(client));
        await nextEvent(client, 'login', PATIENCE_MS);
      }),
    );
  }
  return hearers;
}

/** Runs all speakers for a time. Each sends the next message after the last was acknowledged and received by all. */
async function run(
  { speakers }: Scenario,
  hearers: Map<string, Hearer>,
  seconds: number,
): Promise<Pick<Measured, 'seconds' | 'messages' | 'latencies'>> {
  const latencies: number[] = [];
  let messages = 0;
  const of = (user: string): Hearer => {
    const hearer = hearers.get(user);
    if (!hearer) throw new Error(`${user} is not connected`);
    return hearer;
  };
  const begin = performance.now();
  await Promise.all(
    speakers.map(async ({ user, to, hearers }) => {
      while (performance.now() < begin + seconds * 1000) {
        const body = `A message of ordinary length, as people write them to one another. ${said++}`;
        const start = performance.now();
        const heard = hearers.map(async (hearer) => {
          await of(hearer).heard(body);
          latencies.push(performance.now() - start);
        });
        const [answer] = await emitWithAck(of(user).client, 'say', [{ to, content: { media: 0, body } }], PATIENCE_MS);
        if (!Object(answer).success) throw new Error(`Refused: ${JSON.stringify(answer)}`);
        await Promise.all(heard);
        messages++;
      }
    }),
  );
  return { seconds: (performance.now() - begin) / 1000, messages, latencies };
}

process.once('message', async (message) => {
  const { targets, scenarios, rounds, seconds, warmUpSeconds } = Plan.parse(message);
  const connected = await Promise.all(
    targets.map(async (target) => ({ target: target.name, hearers: await connect(target) })),
  );
  const measured: Measured[] = [];
  for (const scenario of scenarios) {
    for (const { hearers } of connected) await run(scenario, hearers, warmUpSeconds);
    for (let round = 0; round < rounds; round++) {
      for (const { target, hearers } of connected) {
        measured.push({ scenario: scenario.name, target, ...(await run(scenario, hearers, seconds)) });
      }
    }
  }
  process.send?.(measured, () => process.exit());
});
