import { type Client, connectClient, emitWithAck, nextEvent } from '../clients.ts';
import { credentials } from '../demo-app.ts';
import { type Answer, Numbered, type Order } from './orders.ts';

/** Number of clients that connect concurrently. */
const AT_ONCE = 10;

/** Generous, because the machine may be under load. */
const PATIENCE_MS = 60_000;

/** The stock client of one user, and its received messages. */
class Member {
  readonly client: Client;
  readonly heard: string[] = [];
  readonly #systems = new Set<string>();
  #wake: () => void = () => undefined;

  constructor(version: Extract<Order, { kind: 'login' }>['version'], origin: string, client: string) {
    const query = { auth: JSON.stringify(credentials({ client })) };
    const options = { reconnection: false, timeout: PATIENCE_MS };
    this.client = connectClient(version, origin, { namespace: '/chat', query, options });
    this.client.on('message', (message) => this.heard.push(bodyOf(message)));
    this.client.on('sys', (message) => {
      this.#systems.add(bodyOf(message));
      this.#wake();
    });
  }

  async received(body: string): Promise<void> {
    while (!this.#systems.has(body)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

const bodyOf = (message: unknown): string => String(Object(Object(message).content).body);

const members = new Map<string, Member>();

const memberOf = (user: string): Member => {
  const member = members.get(user);
  if (!member) throw new Error(`${user} is not in this process`);
  return member;
};

async function carryOut(order: Order): Promise<Pick<Answer, 'heard'>> {
  switch (order.kind) {
    case 'login': {
      const { origin, version, users } = order;
      for (let n = 0; n < users.length; n += AT_ONCE) {
        await Promise.all(
          users.slice(n, n + AT_ONCE).map(async (user) => {
            const member = new Member(version, origin, user);
            members.set(user, member);
            await nextEvent(member.client, 'login', PATIENCE_MS);
          }),
        );
      }
      return {};
    }
    case 'say': {
      const message = { to: { id: order.room, type: 2 }, content: { media: 0, body: order.body } };
      const [answer] = await emitWithAck(memberOf(order.user).client, 'say', [message], PATIENCE_MS);
      if (!Object(answer).success) throw new Error(JSON.stringify(answer));
      return {};
    }
    case 'hear': {
      await Promise.all(order.users.map((user) => memberOf(user).received(order.until)));
      return { heard: Object.fromEntries(order.users.map((user) => [user, memberOf(user).heard])) };
    }
  }
}

process.on('message', async (message) => {
  const { n, order } = Numbered.parse(message);
  const answer = await carryOut(order).catch((error: unknown) => ({ error: String(error) }));
  process.send?.({ n, ...answer } satisfies Answer);
});
process.on('disconnect', () => process.exit());
