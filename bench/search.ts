import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_APP } from '../scripts/demo.ts';
import { synthesize } from '../scripts/synth.ts';
import { type FilledCloud, startFilledCloud } from './filled-cloud.ts';

/** Measures read units and latency of searches for growing numbers of users. */

const SIZES = [1_000, 10_000, 100_000];

/** The number of users per city and per badge. So the result size of an equality is constant. */
const PER_CITY = 20;

const QUERIES = {
  'equality, 20 found': 'city=city-7',
  'equality of two, 2 found': 'city=city-7&badge=1',
  'equality and a wide one': 'sex=f&city=city-7',
  'prefix, 10 found': 'nick=user-00007*',
  'sorted, 20 found': 'city=city-7&_sort=-score',
  'first page of half': 'sex=f',
  'first page of all': '',
  'pattern that begins with *': 'nick=*00077',
  'two wide ones': 'sex=f&badge=1',
  'half, sorted': 'sex=f&_sort=-score',
};

const assembly = mkdtempSync(join(tmpdir(), 'macaw-bench-'));

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

async function measure({ cloud }: FilledCloud, query: string) {
  const ask = () =>
    fetch(new URL(`/ctx?${query}`, cloud.origin), {
      headers: { 'X-ML-AppId': DEMO_APP.id, 'X-ML-APIKey': DEMO_APP.clientKey },
    });
  await (await ask()).text();
  await cloud.settled();
  const mark = cloud.calls.mark();
  const start = performance.now();
  const response = await ask();
  const body: unknown = await response.json();
  const ms = performance.now() - start;
  const { calls, readUnits } = cloud.calls.summary(mark);
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  return { found: Array.isArray(body) ? body.length : `refused (${response.status})`, readUnits, calls: total, ms };
}

let filled: FilledCloud | undefined;
try {
  await synthesize(assembly);
  filled = await startFilledCloud(assembly);
  console.log('| users | query | found | read units | calls | ms |\n|---|---|---|---|---|---|');
  let loaded = 0;
  for (const size of SIZES) {
    await filled.fill(
      DEMO_APP.id,
      Array.from({ length: size - loaded }, (_, n) => user(loaded + n)),
    );
    loaded = size;
    for (const [name, query] of Object.entries(QUERIES)) {
      const { found, readUnits, calls, ms } = await measure(filled, query);
      console.log(`| ${size} | ${name} | ${found} | ${readUnits} | ${calls} | ${ms.toFixed(0)} |`);
    }
  }
} finally {
  await filled?.stop();
  rmSync(assembly, { recursive: true });
}
