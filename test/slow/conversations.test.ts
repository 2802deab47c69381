import { readFileSync } from 'node:fs';
import pMap from 'p-map';
import { expect, it } from 'vitest';
import { COSTS, inserted, rowsOf } from '../../bench/calls/document.ts';
import { compare } from '../../bench/conversations/measure.ts';
import { SIZES, table } from '../../bench/conversations/table.ts';
import { cost } from '../support/cost.ts';
import { database } from '../support/database.ts';
import { app, rest, someone } from '../support/demo-app.ts';
import { Device } from '../support/device.ts';
import { testApi } from '../support/test-api.ts';

const system = database(() => ({ large: { groupMembers: 100 } }), { own: true });
const { users, create } = testApi(system);

/**
 * The emulator stores about 2,500 items per second. The list queries an index for 51 items and reads their heads, so the
 * number of calls is the same for 100,000.
 */
const VISITORS = Number(process.env.MACAW_VISITORS ?? 20_000);

const messageId = (ts: number, n: number) => `${String(ts + n).padStart(14, '0')}-0000000000000000-00000000`;
const START = Date.now() - 3_600_000;
const head = (pk: string, n: number, speaker: string) => ({
  ...{ pk, sk: 'head', last: messageId(START, n), start: START, count: START + 1, expires: 9_999_999_999 },
  message: { speaker, content: { media: 0, body: 'hello' } },
});

/** A page of conversations, and the calls of DynamoDB that it takes when the application is in the cache. */
async function page(user: string, query = '') {
  const path = `/ctx/${user}/conversations${query}`;
  await rest(system.origin, 'GET', path);
  let body: unknown;
  const { calls } = await cost(system.cloud, async () => {
    body = (await rest(system.origin, 'GET', path)).body;
  });
  const total = Object.entries(calls).reduce((sum, [name, n]) => (name.startsWith('dynamodb:') ? sum + n : sum), 0);
  const { conversations, cursor } = Object(body);
  return { conversations: conversations as { id: string; unread: number }[], cursor: String(cursor), calls: total };
}

it('a user with 5,000 friends lists their conversations with at most 60 calls', async () => {
  const tom = someone('tom');
  const friends = Array.from({ length: 5000 }, (_, n) => `${tom}-friend-${n}`);
  await system.database.addCore(
    friends.map((friend) => ({
      pk: `${app.id}#user#${tom}`,
      sk: `friend#${friend}`,
      ...{ id: friend, from: tom, to: friend, ts: 1, heads: true },
    })),
  );
  await system.database.addMessages(
    friends.map((friend, n) => head(`${app.id}#friend#${[tom, friend].sort().join('#')}`, n, friend)),
  );
  const { conversations, calls } = await page(tom);
  expect(conversations.map(({ id }) => id)).toEqual(friends.toReversed().slice(0, 50));
  expect(calls).toBeLessThanOrEqual(60);
}, 120_000);

it(`a support account with ${VISITORS} visitors lists the latest 50, and the next 50, with at most 6 calls`, async () => {
  const support = someone('support');
  const visitors = Array.from({ length: VISITORS }, (_, n) => `${support}-visitor-${n}`);
  const owner = `${app.id}#user#${support}#visitors`;
  await system.database.addMessages([
    ...visitors.map((visitor, n) => ({
      ...{ pk: owner, sk: visitor, contact: owner, ts: START + n, expires: 9_999_999_999 },
    })),
    // The others are on later pages.
    ...visitors.slice(-1000).map((visitor, n) => {
      return head(`${app.id}#passenger#${visitor}#${support}`, visitors.length - 1000 + n, visitor);
    }),
  ]);
  const newest = visitors.toReversed().map((id) => ({ id, type: 3, unread: 1 }));
  const first = await page(support);
  expect(first.conversations).toMatchObject(newest.slice(0, 50));
  expect(first.calls).toBeLessThanOrEqual(6);
  const second = await page(support, `?cursor=${first.cursor}`);
  expect(second.conversations).toMatchObject(newest.slice(50, 100));
  expect(second.calls).toBeLessThanOrEqual(6);
}, 180_000);

it('50 members who speak at the same time have every message stored and counted', async () => {
  const ids = await users(...Array(50).fill('member'));
  const [reader = ''] = ids;
  const group = await create('group', { owner: reader, members: ids });
  const devices = await pMap(ids, (id) => Device.login('4.8.4', system.origin, id), { concurrency: 5 });
  const say = (device: Device, n: number) =>
    device.say({ to: { id: group, type: 1 }, content: { body: `m${n}` }, cid: `cid-${n}` }, 60_000);
  for (const n of [1, 2]) {
    const answers = await Promise.all(devices.map((device) => say(device, n)));
    expect(answers).toEqual(answers.map(() => expect.objectContaining({ success: true })));
  }
  const history = await rest(system.origin, 'GET', `/groups/${group}/chats?limit=100`);
  expect(history.body).toHaveLength(100);
  expect((await rest(system.origin, 'GET', `/ctx/${reader}/unread`)).body).toEqual({ unread: 98 });
}, 120_000);

it('the documented comparison with one query per conversation is current', async () => {
  const document = readFileSync(COSTS, 'utf8');
  const documented = rowsOf(document, 'conversations');
  // The short form leaves out the largest size.
  const compared = await compare(system.cloud, SIZES.slice(0, 2), 1);
  const measured = rowsOf(inserted(document, table(compared), 'conversations'), 'conversations');
  expect([...documented.keys()].slice(0, measured.size)).toEqual([...measured.keys()]);
  expect(documented.size).toBe((measured.size * SIZES.length) / 2);
  for (const [name, cells] of measured) expect(documented.get(name)?.slice(0, 4), name).toEqual(cells.slice(0, 4));
  for (const { heads, queries } of compared.slice(-compared.length / 2)) {
    expect(heads.calls).toBeLessThan(queries.calls / 5);
    expect(heads.ms).toBeLessThan(queries.ms);
  }
}, 60_000);
