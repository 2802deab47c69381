import { describe, expect, it } from 'vitest';
import type { Client } from '../support/clients.ts';
import { Device, text } from '../support/device.ts';
import { befriend, macaw, rest, someone } from '../support/macaw.ts';

// Invocations start out of order and run concurrently, as on AWS.
const system = macaw({ invocationDelayMs: () => Math.random() * 40 });

const COUNT = 100;
const bodies = (messages: unknown[]) =>
  messages.map((message) => (message as { content: { body: string } }).content.body);
const all = Array.from({ length: COUNT }, (_, n) => `message ${n}`);

interface Past {
  id: string;
  ts: number;
  content: { body: string };
}

/** Reads the whole history page by page, as an application does while scrolling back. */
async function historyOf(one: string, other: string): Promise<Past[]> {
  const kept = new Map<string, Past>();
  for (let before = ''; ; ) {
    const path = `/ctx/${one}/friends/${other}/chats?limit=100${before}`;
    const page = (await rest(system.origin, 'GET', path)).body as Past[];
    const size = kept.size;
    for (const past of page) kept.set(past.id, past);
    // The next page includes the first millisecond of this page, because more messages may have arrived in it.
    before = `&ts=${(page[0]?.ts ?? 0) + 1}`;
    if (page.length < 100 || kept.size === size) break;
  }
  return [...kept.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function pair(): Promise<{ tom: string; jerry: string; toms: Device; jerrys: Device }> {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await befriend(system.origin, tom, jerry);
  const [toms, jerrys] = await Promise.all([
    Device.login('4.8.4', system.origin, tom),
    Device.login('4.8.4', system.origin, jerry),
  ]);
  return { tom, jerry, toms, jerrys };
}

describe(`${COUNT} messages sent back to back`, () => {
  it.each([
    [
      'with acknowledgements',
      (client: Client, to: string, body: string) => client.emit('say', text(to, body), () => undefined),
    ],
    [
      'with ack numbers',
      (client: Client, to: string, body: string, n: number) => client.emit('say', text(to, body, { ack: n })),
    ],
  ])(
    '%s are all delivered, none twice, and stand in history in the order they were sent',
    { tags: 'slow' },
    async (_, send) => {
      const { tom, jerry, toms, jerrys } = await pair();
      for (const [n, body] of all.entries()) send(toms.client, jerry, body, n);
      const received = await jerrys.messages.count(COUNT, 60_000);
      await system.cloud.settled();
      expect(received).toHaveLength(COUNT);
      expect(new Set(bodies(received))).toEqual(new Set(all));
      // Receivers can sort by id and get the order of the history.
      const sorted = [...received].sort((a, b) => ((a as { id: string }).id < (b as { id: string }).id ? -1 : 1));
      expect(bodies(sorted)).toEqual(all);
      const kept = await historyOf(tom, jerry);
      expect(bodies(kept)).toEqual(all);
    },
  );

  it('without either stand in the order they arrived', { tags: 'slow' }, async () => {
    const { tom, jerry, toms, jerrys } = await pair();
    for (const body of all) toms.client.emit('say', text(jerry, body));
    await jerrys.messages.count(COUNT, 60_000);
    await system.cloud.settled();
    const kept = await historyOf(tom, jerry);
    expect(new Set(bodies(kept))).toEqual(new Set(all));
    expect(kept.map(({ ts }) => ts)).toEqual(kept.map(({ ts }) => ts).sort((a, b) => a - b));
    // A message of an earlier millisecond was sent earlier. Within one millisecond the order is undefined.
    const sent = kept.map(({ content, ts }) => ({ ts, n: all.indexOf(content.body) }));
    for (const { ts, n } of sent) {
      expect(sent.filter((other) => other.ts < ts && other.n > n)).toEqual([]);
    }
  });
});
