import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as z from 'zod';

// The packages that Macaw is deployed with and from. Packages only for builds and tests are not distributed.

const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

/** Whether an SPDX licence expression permits an allowed licence. */
function allowed(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED.has(licence)));
}

const Lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });
const Package = z
  .object({
    name: z.string(),
    license: z.string().optional(),
    /** An earlier form of `license`. */
    licenses: z.array(z.object({ type: z.string() })).default([]),
  })
  .transform(({ name, license, licenses: [first] }) => ({ name, license: license ?? first?.type }));

const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
const production = Object.entries(packages)
  // Optional packages are not installed on every platform.
  .filter(([path, { dev }]) => path !== '' && !dev && existsSync(`${path}/package.json`))
  .map(([path]) => ({ path, ...Package.parse(JSON.parse(readFileSync(`${path}/package.json`, 'utf8'))) }));

it.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['MIT AND ISC', true],
  ['MIT AND GPL-2.0', false],
  ['GPL-3.0-only', false],
  ['SEE LICENSE IN LICENSE.txt', false],
])('the licence %s is allowed: %s', (expression, expected) => {
  expect(allowed(expression)).toBe(expected);
});

it('packages declare a licence that is allowed', () => {
  expect(production.length).toBeGreaterThan(50);
  expect(production.filter(({ license }) => !allowed(license ?? 'none'))).toEqual([]);
});

it('packages that hold the work of others are in docs/reference/licences.md, with its terms', () => {
  const text = readFileSync('docs/reference/licences.md', 'utf8');
  const holders = production.filter(({ path }) => readdirSync(path).some((file) => /^third-party/i.test(file)));
  expect(holders.map(({ name }) => name)).toContain('wasm-vips');
  expect(holders.filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([]);
});
