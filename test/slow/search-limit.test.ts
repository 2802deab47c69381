import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type FilledCloud, startFilledCloud } from '../../bench/filled-cloud.ts';
import { app, rest } from '../support/macaw.ts';

const COUNT = 10_001;

let filled: FilledCloud | undefined;
beforeAll(async () => {
  filled = await startFilledCloud(inject('assembly'));
  const users = Array.from({ length: COUNT }, (_, n) => ({
    id: `u${n}`,
    attributes: { all: 'yes', n, also: n % 2, ...(n < 10_000 && { most: 'yes' }) },
  }));
  await filled.fill(app.id, users);
}, 120_000);
afterAll(() => filled?.stop());

async function search(query: string) {
  if (!filled) throw new Error('The local cloud did not start');
  const { cloud } = filled;
  await cloud.settled();
  const mark = cloud.calls.mark();
  const { status, body } = await rest(cloud.origin, 'GET', `/ctx?${query}`);
  const { readUnits, denied } = cloud.calls.summary(mark);
  expect(denied).toEqual([]);
  return { status, body, found: Array.isArray(body) ? body.length : undefined, readUnits };
}

const refused = { status: 400, body: { errorCode: 5018, errorMessage: expect.stringContaining('10000') } };

describe('among 10001 users', () => {
  it.each(['all=yes&_sort=n', '_sort=n', 'all=*&_sort=n', 'all=*nothing'])(
    '%s would read too much, and is refused before it reads any of them',
    async (query) => {
      const spent = await search(query);
      expect(spent).toMatchObject(refused);
      expect(spent.readUnits).toBeLessThan(200);
    },
  );

  it.each([
    ['all=yes', 20],
    ['all=yes&n=77', 1],
    ['n=777*', 11],
    ['n=777*&_sort=-n', 11],
    ['', 20],
    ['_sort=-ts', 20],
  ])('%s reads little', async (query, found) => {
    const spent = await search(query);
    expect(spent.found).toBe(found);
    expect(spent.readUnits).toBeLessThan(30);
  });

  it('two wide conditions are answered from the first of them that has enough', async () => {
    const spent = await search('all=yes&also=1');
    expect(spent.found).toBe(20);
    expect(spent.readUnits).toBeLessThan(300);
  });

  it('10000 that fit can be sorted', async () => {
    const spent = await search('most=yes&_sort=-n&_limit=3');
    expect(spent.body).toMatchObject([{ id: 'u9999' }, { id: 'u9998' }, { id: 'u9997' }]);
  });
});
