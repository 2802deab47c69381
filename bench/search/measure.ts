import { DEMO_APP } from '../../scripts/demo.ts';
import type { FilledCloud } from '../filled-cloud.ts';

/** The number of users per city. So the result size of an equality is constant. */
const PER_CITY = 20;

export const QUERIES = {
  'equality, 20 found': 'city=city-7',
  'two equalities, 2 found': 'city=city-7&badge=1',
  'a narrow and a wide equality': 'sex=f&city=city-7',
  '`prefix*`, 10 found': 'nick=user-00007*',
  'equality, sorted, 20 found': 'city=city-7&_sort=-score',
  'equality of half, first page': 'sex=f',
  'no condition, first page': '',
  'pattern that begins with `*`': 'nick=*00077',
  'two wide equalities, first page': 'sex=f&badge=1',
  'equality of half, sorted': 'sex=f&_sort=-score',
};

/** The read units of each query, by number of users. `refused` in place of units if the search reads too much. */
export type Measured = ReadonlyMap<number, readonly string[]>;

function user(n: number) {
  const number = String(n).padStart(6, '0');
  const attributes = {
    nick: `User-${number}`,
    city: `city-${Math.floor(n / PER_CITY)}`,
    sex: n % 2 ? 'f' : 'm',
    badge: n % 10,
    score: (n * 7919) % 1000,
  };
  return { id: `u${number}`, attributes };
}

async function unitsOf({ cloud }: FilledCloud, query: string): Promise<string> {
  const ask = async () => {
    const response = await fetch(new URL(`/ctx?${query}`, cloud.origin), {
      headers: { 'X-ML-AppId': DEMO_APP.id, 'X-ML-APIKey': DEMO_APP.clientKey },
    });
    await response.text();
    return response.ok;
  };
  // The first request can read the application, too.
  await ask();
  await cloud.settled();
  const mark = cloud.calls.mark();
  const answered = await ask();
  const { readUnits } = cloud.calls.summary(mark);
  return answered ? String(readUnits) : `refused after ${readUnits}`;
}

/** Measures the read units of searches for growing numbers of users. */
export async function measureSearches(filled: FilledCloud, sizes: readonly number[]): Promise<Measured> {
  const measured = new Map<number, string[]>();
  let loaded = 0;
  for (const size of sizes) {
    const added = Array.from({ length: size - loaded }, (_, n) => user(loaded + n));
    await filled.fill(DEMO_APP.id, added);
    loaded = size;
    const units: string[] = [];
    for (const query of Object.values(QUERIES)) units.push(await unitsOf(filled, query));
    measured.set(size, units);
  }
  return measured;
}
