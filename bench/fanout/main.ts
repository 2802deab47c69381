import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { measure, pressure } from './scenarios.ts';
import { pressed, rooms } from './table.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/explanation/fan-out.md', import.meta.url));

/** The rooms, and the number of runs for each median. */
const ROOMS = [
  [50, 21],
  [1_000, 21],
  [10_000, 11],
  [100_000, 3],
  [1_000_000, 1],
] as const;

const tables = {
  rooms: rooms(ROOMS.map(([connections, runs]) => measure(connections, runs))),
  pressure: pressed(pressure()),
};
let document = readFileSync(DOCUMENT, 'utf8');
for (const [name, table] of Object.entries(tables)) {
  const place = new RegExp(`(<!-- ${name} -->\n\n)[\\s\\S]*?(\n\n<!-- /${name} -->)`);
  document = document.replace(place, (_, before, after) => before + table + after);
  console.log(`${table}\n`);
}
writeFileSync(DOCUMENT, document);
