import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Device } from '../support/device.ts';
import { app, befriend, macaw, rest, someone } from '../support/macaw.ts';
import { storeUsers } from '../support/users.ts';

const system = macaw({ own: true });
const call = (method: string, path: string, body?: unknown) =>
  rest(system.origin, method, path, body === undefined ? {} : { body });

interface Hit {
  id: string;
  attributes: Record<string, unknown>;
}

async function search(query: Record<string, string> | string, base = '/ctx'): Promise<Hit[]> {
  const { status, body } = await call('GET', `${base}?${new URLSearchParams(query)}`);
  expect(body).toBeInstanceOf(Array);
  expect(status).toBe(200);
  return body as Hit[];
}

const ids = (hits: Hit[]) => hits.map(({ id }) => id);

let scopes = 0;
/** Users with these attributes and one common attribute, so that a search finds only them. */
async function searchIn(people: Record<string, Record<string, unknown>>, base = '/ctx') {
  const scope = `scope-${++scopes}`;
  if (base === '/ctx') await storeUsers(system.cloud, app.id, Object.keys(people));
  for (const [id, attributes] of Object.entries(people)) {
    await call('PUT', `${base}/${id}/attributes`, { ...attributes, scope });
  }
  return async (query: Record<string, string> = {}) => ids(await search({ scope, ...query }, base));
}

describe('a condition', () => {
  it('finds what is equal to it as text: strings, numbers and booleans of that spelling', async () => {
    const find = await searchIn({
      'eq-1': { x: 1 },
      'eq-2': { x: '1' },
      'eq-3': { x: true },
      'eq-4': { x: 'true' },
      'eq-5': { x: 10 },
      'eq-6': { x: -0.5 },
      'eq-7': { x: '' },
      'eq-8': { x: null },
      'eq-9': { x: 'True' },
    });
    expect(await find({ x: '1' })).toEqual(['eq-1', 'eq-2']);
    expect(await find({ x: 'true' })).toEqual(['eq-3', 'eq-4']);
    expect(await find({ x: '-0.5' })).toEqual(['eq-6']);
    expect(await find({ x: '' })).toEqual(['eq-7']);
    expect(await find({ x: '1.0' })).toEqual([]);
    expect(await find({ x: 'null' })).toEqual([]);
    expect(await find({ y: '1' })).toEqual([]);
  });

  it('reaches into objects by a dotted path, and into lists by their own name', async () => {
    const find = await searchIn({
      'path-1': { address: { city: 'Rome', zip: [1, 2] } },
      'path-2': { address: { city: 'Paris' }, tags: ['a', 'b'] },
      'path-3': { 'address.city': 'Rome', tags: [{ name: 'c' }, ['b', 'd']] },
    });
    expect(await find({ 'address.city': 'Rome' })).toEqual(['path-1', 'path-3']);
    expect(await find({ 'address.zip': '2' })).toEqual(['path-1']);
    expect(await find({ tags: 'b' })).toEqual(['path-2', 'path-3']);
    expect(await find({ 'tags.name': 'c' })).toEqual(['path-3']);
    expect(await find({ address: 'Rome' })).toEqual([]);
  });

  it('holds together with all the others', async () => {
    const find = await searchIn({
      'and-1': { a: 1, b: 2, t: ['x', 'y'] },
      'and-2': { a: 1, b: 3, t: ['x'] },
      'and-3': { a: 2, b: 2, t: ['y'] },
    });
    expect(await find({ a: '1', b: '2' })).toEqual(['and-1']);
    expect(await find({ a: '*', b: '2' })).toEqual(['and-1', 'and-3']);
    expect(await find({ a: '2', b: '3' })).toEqual([]);
    expect(ids(await search('t=x&t=y'))).toEqual(['and-1']);
  });

  it('takes * for any run of characters and ? for any one, in whatever case', async () => {
    const find = await searchIn({
      'wild-1': { n: 'Tom' },
      'wild-2': { n: 'tomato' },
      'wild-3': { n: 'Atom' },
      'wild-4': { n: 't*m' },
      'wild-5': { n: 'T\u{1f99c}M' },
      'wild-6': { n: 'back\\slash' },
    });
    expect(await find({ n: 'tom*' })).toEqual(['wild-1', 'wild-2']);
    expect(await find({ n: '*TOM' })).toEqual(['wild-1', 'wild-3']);
    expect(await find({ n: 't?m' })).toEqual(['wild-1', 'wild-4', 'wild-5']);
    expect(await find({ n: 't\\*m' })).toEqual(['wild-4']);
    expect(await find({ n: 'T\\*m' })).toEqual([]);
    expect(await find({ n: 'T\\*m*' })).toEqual(['wild-4']);
    expect(await find({ n: 'back\\\\slash' })).toEqual(['wild-6']);
    expect(await find({ n: '*' })).toHaveLength(6);
    expect(await find({ n: '???' })).toHaveLength(3);
    expect(await find({ n: 'tom' })).toEqual([]);
  });

  it('tells long values apart that begin alike', async () => {
    const long = 'é'.repeat(2000);
    const find = await searchIn({ 'long-1': { x: `${long}1` }, 'long-2': { x: `${long}2` } });
    expect(await find({ x: `${long}2` })).toEqual(['long-2']);
    // A pattern sees the first 1,024 characters only.
    expect(await find({ x: `${long.slice(0, 200)}*1` })).toEqual([]);
    expect((await find({ x: `${long.slice(0, 200)}*` })).sort()).toEqual(['long-1', 'long-2']);
  });

  it('tells values apart whatever characters they hold', async () => {
    const find = await searchIn({
      'odd-1': { x: 'a' },
      'odd-2': { x: 'a\0b' },
      'odd-3': { x: 'a\uFFFDb' },
      'odd-4': { x: 'a&b=c#d+e f%20' },
      'odd-5': { x: '\ud800' },
    });
    expect(await find({ x: 'a' })).toEqual(['odd-1']);
    expect(await find({ x: 'a\0b' })).toEqual(['odd-2']);
    expect(await find({ x: 'a\uFFFDb' })).toEqual(['odd-3']);
    expect(await find({ x: 'a&b=c#d+e f%20' })).toEqual(['odd-4']);
    expect(await find({ x: 'a*b' })).toEqual(['odd-2', 'odd-3']);
  });

  it('no longer finds what an attribute was before', async () => {
    const find = await searchIn({ 'was-1': { x: 'before', y: ['a', 'b'] } });
    await call('POST', '/ctx/was-1/attributes', { x: 'after', y: ['b', 'c'] });
    expect(await find({ x: 'before' })).toEqual([]);
    expect(await find({ y: 'a' })).toEqual([]);
    expect(await find({ x: 'after', y: 'c' })).toEqual(['was-1']);
    await call('DELETE', '/ctx/was-1/attributes');
    expect(await find()).toEqual([]);
    expect(ids(await search({ x: 'after' }))).toEqual([]);
  });
});

describe('what is found', () => {
  it('of users tells who is online', async () => {
    const id = someone('online');
    const device = await Device.login('4.8.4', system.origin, id);
    await call('POST', `/ctx/${id}/attributes`, { whoami: id });
    const hit = { id, online: true, ts: expect.any(Number), attributes: { whoami: id } };
    expect(await search({ whoami: id })).toEqual([hit]);
    device.close();
    await expect.poll(async () => search({ whoami: id })).toEqual([{ ...hit, online: false }]);
  });

  it('of groups and rooms is what they look like by themselves, until they are deleted', async () => {
    const [owner, member] = [someone('owner'), someone('member')];
    await befriend(system.origin, owner, member);
    for (const [base, body] of [
      ['/groups', { owner, members: [member], name: 'The Parrots' }],
      ['/rooms', { members: [owner, member], name: 'The Parrots' }],
    ] as const) {
      const id = String((await call('POST', base, body)).body);
      expect(await search({ name: 'the p*' }, base)).toEqual([(await call('GET', `${base}/${id}`)).body]);
      expect(ids(await search({ name: 'the p*' }))).toEqual([]);
      await call('DELETE', `${base}/${id}`);
      expect(await search({ name: 'The Parrots' }, base)).toEqual([]);
      expect(ids(await search({}, base))).not.toContain(id);
    }
  });
});

describe('_sort', () => {
  it('sorts by several keys, - descending, without a value last either way, and then by id', async () => {
    const find = await searchIn({
      's-5': { score: 2, age: 30 },
      's-4': { score: 10, age: 20 },
      's-3': { score: 10, age: 40 },
      's-2': { age: 50 },
      's-1': { score: 2, age: 30 },
    });
    expect(await find({ _sort: 'score,-age' })).toEqual(['s-1', 's-5', 's-3', 's-4', 's-2']);
    expect(await find({ _sort: '-score,age' })).toEqual(['s-4', 's-3', 's-1', 's-5', 's-2']);
    expect(await find({ _sort: 'ts' })).toEqual(['s-5', 's-4', 's-3', 's-2', 's-1']);
    expect(await find({ _sort: '-createdAt' })).toEqual(['s-1', 's-2', 's-3', 's-4', 's-5']);
  });

  it('sorts numbers by size, then strings by code point, then booleans', async () => {
    const find = await searchIn({
      'm-1': { x: true },
      'm-2': { x: '\u{1f99c}' },
      'm-3': { x: '\uff5e' },
      'm-4': { x: 'a' },
      'm-5': { x: 'B' },
      'm-6': { x: '10' },
      'm-7': { x: 9 },
      'm-8': { x: 10 },
      'm-9': { x: {} },
    });
    const order = ['m-7', 'm-8', 'm-6', 'm-5', 'm-4', 'm-3', 'm-2', 'm-1'];
    expect(await find({ _sort: 'x' })).toEqual([...order, 'm-9']);
    expect(await find({ _sort: '-x' })).toEqual([...order.reverse(), 'm-9']);
  });
});

describe('without _sort', () => {
  it('an equality comes by id, and a pattern by value, whatever other conditions there are', async () => {
    const find = await searchIn({ 'o-3': { x: 'b' }, 'o-2': { x: 'a' }, 'o-1': { x: 'B' }, 'o-4': { x: 'a' } });
    expect(await find()).toEqual(['o-1', 'o-2', 'o-3', 'o-4']);
    expect(await find({ x: '*' })).toEqual(['o-1', 'o-2', 'o-3', 'o-4']);
    expect(ids(await search({ x: '?', scope: 'scope-*' })).filter((id) => id.startsWith('o-'))).toEqual([
      'o-2',
      'o-4',
      'o-1',
      'o-3',
    ]);
  });
});

describe('among many', () => {
  const COUNT = 300;
  const name = (n: number) => `many-${String(n).padStart(3, '0')}`;
  const all = Array.from({ length: COUNT }, (_, n) => name(n));

  beforeAll(async () => {
    for (let n = 0; n < COUNT; n += 100) await call('POST', '/ctx/many-hub/friends', all.slice(n, n + 100));
    let next = 0;
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let n = next++; n < COUNT; n = next++) {
          await call('POST', `/ctx/${name(n)}/attributes`, { common: 'all', n, half: n % 2, rare: n % 100 });
        }
      }),
    );
  }, 120_000);

  const cost = async (query: Record<string, string>) => {
    await system.cloud.settled();
    const mark = system.cloud.calls.mark();
    const found = await search(query);
    const { calls, readUnits } = system.cloud.calls.summary(mark);
    return { found: found.length, readUnits, queries: calls['dynamodb:Query'] ?? 0 };
  };

  it('an equality reads what it finds, not what exists', async () => {
    const spent = await cost({ rare: '7' });
    expect(spent.found).toBe(3);
    expect(spent.queries).toBe(1);
    // The entries, three users, and their presence: half a unit each.
    expect(spent.readUnits).toBeLessThanOrEqual(4);
  });

  it('a page reads no further than its end', async () => {
    const spent = await cost({ common: 'all', _limit: '5' });
    expect(spent.found).toBe(5);
    expect(spent.readUnits).toBeLessThanOrEqual(6);
    const everybody = await cost({ _limit: '5' });
    expect(everybody.found).toBe(5);
    expect(everybody.readUnits).toBeLessThanOrEqual(6);
  });

  it('the condition with few matches determines the reads, in any position', async () => {
    for (const query of [
      { common: 'all', rare: '7' },
      { rare: '7', common: 'all' },
    ]) {
      const spent = await cost(query);
      expect(spent.found).toBe(3);
      expect(spent.readUnits).toBeLessThanOrEqual(8);
    }
  });

  it.each<Record<string, string>>([
    { common: 'all' },
    { common: 'a*' },
    { common: '*l', half: '*' },
    { common: 'all', _sort: 'half,-n' },
    { common: 'all', half: '1' },
    { n: '*' },
    {},
    { _sort: '-ts' },
    { _sort: '-n' },
  ])('the pages of %o come together to the whole', async (query) => {
    const whole = ids(await search({ ...query, _limit: '1000' }));
    expect(new Set(whole).size).toBe(whole.length);
    const paged: string[] = [];
    for (let skip = 0; skip < whole.length + 70; skip += 70) {
      paged.push(...ids(await search({ ...query, _skip: String(skip), _limit: '70' })));
    }
    expect(paged).toEqual(whole);
    expect(whole.filter((id) => id.startsWith('many-') && id !== 'many-hub')).toHaveLength(
      query.half === '1' ? 150 : COUNT,
    );
  });

  it('there are 20 in an answer unless more are asked for, and 1000 at most', async () => {
    expect(await search({ common: 'all' })).toHaveLength(20);
    expect(await search({ common: 'all', _limit: '100000' })).toHaveLength(COUNT);
  });

  it('without a condition they come in the order of their creation', async () => {
    const times = (await search({ _limit: '1000' })).map((hit) => Number(Reflect.get(hit, 'ts')));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  afterAll(async () => {
    expect(system.cloud.calls.summary().denied).toEqual([]);
  });
});

describe('a bad query', () => {
  it.each([
    ['_skip=-1', '_skip'],
    ['_skip=many', '_skip'],
    ['_skip=10000', '_skip'],
    ['_limit=0', '_limit'],
    ['_limit=', '_limit'],
    ['_sort=', '_sort'],
    ['_sort=a,,b', '_sort'],
    ['_sort=-', '_sort'],
    ['_order=a', '_order'],
  ])('%s is refused with 5018, naming %s', async (query, named) => {
    for (const base of ['/ctx', '/groups', '/rooms']) {
      expect(await call('GET', `${base}?${query}`)).toMatchObject({
        status: 400,
        body: { errorCode: 5018, errorMessage: expect.stringContaining(named) },
      });
    }
  });

  it.each([
    ['a pattern of 257 characters', `a=*${'x'.repeat(256)}`, 'a'],
    ['a name longer than any attribute has', `${'n'.repeat(1025)}=a`, 'name'],
    ['eleven conditions', Array.from({ length: 11 }, (_, n) => `k${n}=1`).join('&'), '10'],
  ])('that is %s is refused likewise', async (_, query, named) => {
    expect(await call('GET', `/ctx?${query}`)).toMatchObject({
      status: 400,
      body: { errorCode: 5018, errorMessage: expect.stringContaining(named) },
    });
  });
});
