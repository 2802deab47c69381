import { describe, expect, it } from 'vitest';
import { cost } from '../support/cost.ts';
import { database } from '../support/database.ts';
import { disconnect } from '../support/disconnect.ts';
import { app, rest, someone } from '../support/macaw.ts';
import type { RawClient } from '../support/raw.ts';
import { connectAll, framesWith } from '../support/raw-clients.ts';

/** More members than the sender's invocation lists directly. */
const MEMBERS = 1100;
const APP = 'large';
const system = database(() => ({ [APP]: { roomMembers: 2000 } }));

const call = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  rest(system.origin, method, path, { body, headers: { 'X-ML-AppId': APP, ...headers } });

const connect = (...ids: string[]) => connectAll(system.origin, ids, { app: APP });

/** A room with many members, of whom only these are online. */
async function room(online: readonly string[]): Promise<string> {
  const others = Array.from({ length: MEMBERS - online.length }, () => someone('member'));
  const members = [...online, ...others];
  await system.database.addUsers(APP, members);
  const { body: id } = await call('POST', '/rooms', { members: members.slice(0, 1000) });
  const { status } = await call('POST', `/rooms/${id}/members`, { members: members.slice(1000) });
  expect(status).toBe(201);
  return String(id);
}

async function say(speaker: RawClient, id: string, body: string): Promise<void> {
  speaker.send(`42/chat,1${JSON.stringify(['say', { to: { id, type: 2 }, content: { media: 0, body } }])}`);
  await speaker.until((frame) => frame.startsWith('43/chat,1'));
  await system.cloud.settled();
}

const shards = (mark: number) =>
  system.cloud.calls.since(mark).filter((entry) => entry.service === 'invocation' && /^Deliver/.test(entry.functionId))
    .length;

describe('a message to a room of more members than one invocation looks up', () => {
  it('reaches every connection once, by several shards, also when some posts fail', async () => {
    const users = Array.from({ length: 24 }, () => someone('online'));
    const [tom = ''] = users;
    const id = await room(users);
    const [toms, tablet, ...others] = await connect(tom, tom, ...users.slice(1));
    if (!toms || !tablet) throw new Error('Tom is not there');
    const [slow, failing, dead, ...fine] = others;
    if (!slow || !failing || !dead) throw new Error('Nobody is there');
    system.cloud.failPosts(slow.connectionId, 429, 3);
    // More failures than a shard retries, so the rest becomes a separate job.
    system.cloud.failPosts(failing.connectionId, 500, 10);
    system.cloud.drop(dead.connectionId);

    const mark = system.cloud.calls.mark();
    await say(toms, id, 'to all of you');
    expect([slow, failing, ...fine].map((client) => framesWith(client, '["message"'))).toEqual(
      fine.map(() => 1).concat(1, 1),
    );
    expect([toms, tablet].map((client) => framesWith(client, '["message"'))).toEqual([0, 0]);
    expect([toms, tablet].map((client) => framesWith(client, '["yourself"'))).toEqual([0, 1]);
    expect(shards(mark)).toBeGreaterThan(2);
    const left = JSON.stringify(await system.database.registered());
    expect(left).toContain(slow.connectionId);
    expect(left).not.toContain(dead.connectionId);
    expect(Object.values(system.cloud.failureQueues()).flat()).toEqual([]);
    await disconnect(system.cloud, toms, tablet, ...others);
  }, 120_000);

  it('arrives late, and once, at a shard whose posts all failed at first', async () => {
    const [tom = '', jerry = ''] = [someone('tom'), someone('jerry')];
    const id = await room([tom, jerry]);
    const [toms, jerrys] = await connect(tom, jerry);
    if (!toms || !jerrys) throw new Error('Nobody is there');
    system.cloud.failPosts(jerrys.connectionId, 500, 8);
    await say(toms, id, 'are you there?');
    expect(framesWith(jerrys, 'are you there?')).toBe(1);
    await disconnect(system.cloud, toms, jerrys);
  }, 120_000);

  it('is refused to who is no member', async () => {
    const [tom = '', jerry = ''] = [someone('tom'), someone('jerry')];
    const id = await room([tom]);
    const [jerrys] = await connect(jerry);
    if (!jerrys) throw new Error('Jerry is not there');
    await say(jerrys, id, 'let me in');
    expect(framesWith(jerrys, '"error":5003')).toBeGreaterThan(0);
    await disconnect(system.cloud, jerrys);
  }, 60_000);
});

describe('a system message', () => {
  const body = { content: { media: 0, body: 'maintenance at noon' } };
  const post = async (path: string) => {
    expect((await call('POST', path, body, { 'X-ML-MasterKey': app.masterKey })).status).toBe(202);
    await system.cloud.settled();
  };

  it('to a room of very many reaches every member online once, the others not at all', async () => {
    const users = Array.from({ length: 5 }, () => someone('online'));
    const id = await room(users);
    const [outsider, ...members] = await connect(someone('outsider'), ...users);
    await post(`/system/${id}?room`);
    expect(members.map((client) => framesWith(client, '["sys"'))).toEqual(users.map(() => 1));
    expect(outsider && framesWith(outsider, '["sys"')).toBe(0);
    await disconnect(system.cloud, ...members, ...(outsider ? [outsider] : []));
  }, 60_000);

  it('to more connections than one invocation posts to reaches each once, and removes closed ones', async () => {
    const gone = Array.from({ length: 40 }, (_, n) => ({
      pk: `connection#gone-${n}`,
      everybody: `${APP}#${n % 2}`,
    }));
    await system.database.addConnections(gone);
    const clients = await connect(...Array.from({ length: 12 }, () => someone('online')));
    const mark = system.cloud.calls.mark();
    await post('/system');
    expect(clients.map((client) => framesWith(client, '["sys"'))).toEqual(clients.map(() => 1));
    expect(shards(mark)).toBeGreaterThan(2);
    expect(JSON.stringify(await system.database.registered())).not.toContain('gone-');
    await disconnect(system.cloud, ...clients);
  }, 60_000);
});

it('to join a room and to leave it writes as much for the thousandth as for the first', async () => {
  const [first, late] = [someone('first'), someone('late')];
  const large = await room([]);
  await system.database.addUsers(APP, [first, late]);
  const { body: small } = await call('POST', '/rooms', {});
  const units = async (method: string, id: unknown, user: string) => {
    const spent = await cost(system.cloud, () => call(method, `/rooms/${id}/members/${user}`, undefined));
    return { writes: spent.writeUnits, calls: spent.calls, reads: spent.readUnits };
  };
  const [few, many] = [await units('POST', small, first), await units('POST', large, late)];
  expect(few.writes).toBeGreaterThan(0);
  // The members of a small room are listed, because all of them are notified of the change.
  const withoutReads = ({ calls, ...spent }: typeof few) => ({
    ...spent,
    reads: 0,
    calls: { ...calls, 'dynamodb:Query': 0 },
  });
  expect(withoutReads(many)).toEqual(withoutReads(few));
  // The response lists at most a thousand members.
  expect(many.reads - few.reads).toBeLessThan(25);
  expect(withoutReads(await units('DELETE', large, late))).toEqual(withoutReads(await units('DELETE', small, first)));
}, 60_000);
