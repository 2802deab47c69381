import { setTimeout } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { befriend, macaw, someone } from '../support/macaw.ts';
import { scene } from '../support/scene.ts';
import { closeTravellers, later, Traveller } from '../support/traveller.ts';

// Invocations start at odds with the order of their frames, some of them very late.
const random = seeded(20_261_124);
const system = macaw({ invocationDelayMs: () => (random() < 0.05 ? 1500 : 150) * random() });
const { create } = scene(system);

afterAll(() => closeTravellers());

/** The generator mulberry32: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const SPEAKING_MS = 45_000;

/** Something that was said to everybody in the group, or to one of them. */
interface Saying {
  readonly body: string;
  readonly to: string;
  readonly begun: number;
  done: number;
}

it('whoever says that he recovered has seen everything once, whatever raced', async () => {
  const [tom, butch] = [someone('tom'), someone('butch')];
  const ids = Array.from({ length: 4 }, () => someone('jerry'));
  for (const id of ids) for (const speaker of [tom, butch]) await befriend(system.origin, speaker, id);
  const group = await create('group', { owner: tom, members: [butch, ...ids] });
  const speakers = await Promise.all(
    [tom, butch].map((client) => Traveller.login(system.cloud, { client }, { query: { recovery: 'false' } })),
  );
  for (let n = 0; n < 5; n++) await later();

  const sayings: Saying[] = [];
  const until = Date.now() + SPEAKING_MS;
  const speak = async (speaker: Traveller) => {
    for (let n = 0; Date.now() < until; n++) {
      await setTimeout(random() * 6000);
      const to = random() < 0.3 ? group : String(ids[Math.floor(random() * ids.length)]);
      const saying = { body: `${sayings.length}-${n}`, to, begun: Date.now(), done: Number.POSITIVE_INFINITY };
      sayings.push(saying);
      await speaker.say(to, saying.body, { to: { id: to, type: to === group ? 1 : 0 } });
      saying.done = Date.now();
    }
  };

  const outcomes = { recovered: 0, missed: 0, anew: 0 };
  const travel = async (id: string) => {
    const device = await Traveller.login(system.cloud, { client: id });
    let since = Date.now();
    while (Date.now() < until) {
      await setTimeout(random() * 4000);
      const before = new Set(device.told);
      await device.cut();
      await setTimeout(random() * 5000);
      const returning = Date.now();
      if (!(await device.back())) {
        outcomes.anew += 1;
        since = Date.now();
        continue;
      }
      outcomes.recovered += 1;
      // What had been said by then and since this session began.
      const owed = sayings.filter(
        ({ to, begun, done }) => [id, group].includes(to) && begun > since && done < returning,
      );
      for (const { body } of owed) {
        const times = device.told.filter((one) => one === `message ${body}`).length;
        expect({ id, body, times }).toEqual({ id, body, times: 1 });
        if (!before.has(`message ${body}`)) outcomes.missed += 1;
      }
    }
    return { id, device, since };
  };

  const [ends] = await Promise.all([Promise.all(ids.map(travel)), ...speakers.map(speak)]);
  await system.cloud.settled();
  for (const { id, device, since } of ends) {
    const owed = sayings.filter(({ to, begun }) => [id, group].includes(to) && begun > since);
    for (const { body } of owed) expect(device.told).toContain(`message ${body}`);
    expect(new Set(device.told).size).toBe(device.told.length);
  }
  // Else nothing would have been tested.
  expect(outcomes.recovered).toBeGreaterThan(0);
  expect(outcomes.missed).toBeGreaterThan(0);
}, 180_000);
