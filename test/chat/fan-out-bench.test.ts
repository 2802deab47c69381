import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { measure, QUOTA, timesOf } from '../../bench/fanout/scenarios.ts';
import { type Event, simulate } from '../../bench/fanout/simulate.ts';
import { configurationOf } from '../../lib/configuration.ts';

it.each([50, 300, 1000, 10_000])('a room of %i is reached within 1.2 times of what the quotas allow', (connections) => {
  const { times, bound, reachedAt, givenUp } = measure(connections, connections > 1000 ? 5 : 21);
  const [, almost = 0, all = 0] = times.map((time, n) => time / (bound[n] ?? 0));
  expect(almost).toBeLessThan(1.2);
  expect(all).toBeLessThan(1.2);
  expect(Math.min(almost, all)).toBeGreaterThanOrEqual(0.99);
  expect([reachedAt.length, givenUp]).toEqual([connections, 0]);
});

it('messages hardly wait for a notice, which reaches everybody in the end', () => {
  const message: Event = { connections: 20_000, priority: 'message' };
  const notice: Event = { connections: 30_000, priority: 'notice' };
  const [alone] = simulate([message], { quota: QUOTA, seed: 1 });
  const [beside, late] = simulate([message, notice], { quota: QUOTA, seed: 1 });
  if (!alone || !beside || !late) throw new Error('Each event has an outcome');
  const [, , before = 0] = timesOf(alone);
  const [, , after = 0] = timesOf(beside);
  expect(after).toBeLessThan(1.1 * before);
  expect([late.reachedAt.length, late.givenUp, beside.givenUp]).toEqual([30_000, 0, 0]);
});

it('the documentation names the quota that the stacks set', () => {
  const document = readFileSync(new URL('../../docs/explanation/fan-out.md', import.meta.url), 'utf8');
  expect(document).toContain(`${QUOTA.perSecond.toLocaleString('en-US')} and ${QUOTA.burst.toLocaleString('en-US')}`);
  expect(configurationOf('prod', { stages: { prod: {} } }, 'macaw.json').postQuota).toEqual(QUOTA);
});
