import { expect, it } from 'vitest';
import { database } from '../support/database.ts';
import { Device } from '../support/device.ts';
import { rest, someone } from '../support/macaw.ts';
import { watcher } from '../support/watcher.ts';

const GRACE_S = 3;
const system = database(() => ({ patient: { presenceGraceSeconds: GRACE_S } }), { own: true });

const auth = (client: string) => ({ client, app: 'patient' });
const login = (client: string) => Device.login('4.8.4', system.origin, auth(client));

it('spares friends a user who reconnects in time, and tells of one who does not', { tags: 'slow' }, async () => {
  const [tom, jerry] = [someone('tom'), someone('jerry')];
  await rest(system.origin, 'POST', `/ctx/${tom}/friends/${jerry}`, { headers: { 'X-ML-AppId': 'patient' } });
  const { received } = await watcher('4.8.4', system.origin, auth(tom));
  const phone = await login(jerry);
  await system.cloud.settled();
  expect(received).toEqual([`online ${jerry}`]);

  phone.close();
  const again = await login(jerry);
  await system.cloud.settled();
  expect(received).toEqual([`online ${jerry}`]);

  const left = Date.now();
  const mark = system.cloud.calls.mark();
  again.close();
  await expect.poll(() => received, { timeout: 3 * GRACE_S * 1000 }).toEqual([`online ${jerry}`, `offline ${jerry}`]);
  expect(Date.now() - left).toBeGreaterThanOrEqual(GRACE_S * 1000);
  const runs = system.cloud.calls
    .since(mark)
    .filter((entry) => entry.service === 'invocation' && entry.functionId.startsWith('PresenceOffline'));
  // A queue holds the delay: one run enqueues the departure, and another sends the notification. The frame with which the
  // client leaves and the end of its connection can both cause a departure, if they are handled at the same time.
  const late = runs.map(({ at }) => at - left > (GRACE_S * 1000) / 2);
  expect([...new Set(late)]).toEqual([false, true]);
  expect(late.filter((isLate) => isLate).length).toBeLessThanOrEqual(2);
});
