import { describe, expect, it } from 'vitest';
import { fittingRecent } from '../../functions/http/response-size.ts';
import { macaw, rest, someone } from '../support/macaw.ts';
import { testApi } from '../support/test-api.ts';

const system = macaw();
const { users } = testApi(system);

/** The maximum number of quotes in the attributes of one user. Each takes four bytes in the Lambda response. */
const LONG = '"'.repeat(16_000);
const USERS = 110;

describe('a list that is too long for one answer', () => {
  it('ends early, tells where to go on, and is complete page by page', { tags: 'slow' }, async () => {
    const wing = someone('wing');
    const ids = await users(...Array.from({ length: USERS }, () => 'long'));
    for (let n = 0; n < USERS; n += 10) {
      const some = ids.slice(n, n + 10);
      await Promise.all(
        some.map((id) => rest(system.origin, 'PUT', `/ctx/${id}/attributes`, { body: { wing, text: LONG } })),
      );
    }
    const found: string[] = [];
    const pages: number[] = [];
    for (let skip: string | null = '0'; skip !== null; ) {
      const path = `/ctx?wing=${wing}&_sort=ts&_limit=1000&_skip=${skip}`;
      const { status, body, headers } = await rest(system.origin, 'GET', path);
      expect(status).toBe(200);
      const page = (body as { id: string }[]).map(({ id }) => id);
      found.push(...page);
      pages.push(page.length);
      skip = headers.get('x-macaw-next-skip');
    }
    expect(pages.length).toBeGreaterThan(1);
    expect(found.toSorted()).toEqual(ids.toSorted());
  });

  it('can be asked for in parts, and is whole without that', async () => {
    const [user = '', ...friends] = await users('user', 'a', 'b', 'c', 'd');
    for (const friend of friends) await rest(system.origin, 'POST', `/ctx/${user}/friends/${friend}`);
    const list = async (query: string) => {
      const { body, headers } = await rest(system.origin, 'GET', `/ctx/${user}/friends${query}`);
      expect(headers.get('x-macaw-next-skip')).toBeNull();
      return body as string[];
    };
    const whole = await list('');
    expect(whole).toHaveLength(4);
    expect([...(await list('?limit=2')), ...(await list('?skip=2&limit=2'))]).toEqual(whole);
    expect(await list('?detail&skip=3')).toMatchObject([{ id: whole[3] }]);
  });
});

describe('last messages for which there is no room', () => {
  it('are left out of a list of which no entry is', () => {
    const messages = Array.from({ length: 240 }, (_, n) => (n % 7 === 0 ? undefined : 'x'.repeat(28_000)));
    const fitting = fittingRecent([...messages, 'short']);
    expect(fitting).toHaveLength(241);
    const kept = fitting.filter((message) => message !== undefined);
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(4 * 1024 * 1024);
    expect(kept.length).toBeGreaterThan(100);
    expect(fitting.at(-1)).toBe('short');
  });
});
