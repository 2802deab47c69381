import { expect, it } from 'vitest';
import { ROUNDS } from '../../functions/shared/heartbeat-times.ts';
import { database } from '../support/database.ts';
import { app } from '../support/demo-app.ts';

const system = database(() => ({}), { own: true });

const MINUTE = 60_000;
const COUNT = 320;

it('connections that are due at once are divided among invocations, and each connection is pinged once', async () => {
  const time = Math.ceil(Date.now() / MINUTE) * MINUTE + 10 * MINUTE;
  const due = (time + MINUTE) % ROUNDS.ping;
  // Many due at nearly the same time in one shard, as after an outage.
  const ids = Array.from({ length: COUNT }, (_, n) => `gone-${n}=`);
  await system.database.addConnections(
    ids.map((id, n) => ({
      ...{ pk: `connection#${id}`, app: app.id, kind: 'user', id: `user-${n}` },
      ...{ shard: 'ping#0', due: due + 4 * Math.floor(n / 3) },
    })),
  );
  const { cloud } = system;
  const mark = cloud.calls.mark();
  const run = () => cloud.invoke('Heartbeat', { time: new Date(time).toISOString() });
  await Promise.all([run(), run()]);
  await cloud.settled();

  const posts = cloud.calls.since(mark).flatMap((entry) => {
    const isPost = entry.service === 'execute-api' && entry.action === 'execute-api:PostToConnection';
    return isPost ? [entry.resource] : [];
  });
  expect(posts.toSorted()).toEqual(ids.toSorted());
  const { invocations, denied } = cloud.calls.summary(mark);
  expect(denied).toEqual([]);
  const heartbeats = Object.entries(invocations).find(([id]) => id.startsWith('Heartbeat'))?.[1];
  // The two scheduled invocations, and at least two parts.
  expect(heartbeats).toBeGreaterThanOrEqual(4);
  expect(Object.values(cloud.failureQueues()).flat()).toEqual([]);
}, 60_000);
