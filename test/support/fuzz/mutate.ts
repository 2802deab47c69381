import type { Dice } from '../dice.ts';

const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`) as unknown;

/** Values that programs often do not expect. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  false,
  -0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  9e15,
  '',
  ' ',
  '0',
  '-1',
  'null',
  'all',
  '\0',
  '\u001e',
  '\u2028',
  '\ud800',
  '\u{1f44d}',
  'ﷺ'.repeat(20),
  '../..',
  '%00',
  '%zz',
  'a#b',
  '__proto__',
  'constructor',
  'x'.repeat(129),
  'x'.repeat(5000),
  '00000000000000-0000000000000000-00000000',
  '99999999999999-ffffffffffffffff-ffffffff',
  [],
  [null],
  [[]],
  {},
  { __proto__: null, constructor: 1 },
  JSON.parse('{"__proto__":{"a":1}}'),
  nested(40),
  Array.from({ length: 300 }, (_, n) => `u${n}`),
];

export const hostile = (dice: Dice): unknown => (dice.chance(0.05) ? undefined : dice.one(HOSTILE));

/** Values that DynamoDB or its client cannot store: half of a surrogate pair, too large numbers, too deep lists, special names. */
const UNSTORABLE = ['\\ud800', '1e+308', '[[[', '9007199254740992', 'constructor', '__proto__'];

/** A value that an item can contain. */
const STORABLE = HOSTILE.filter((value) => !UNSTORABLE.some((part) => JSON.stringify(value).includes(part)));
export const storable = (dice: Dice): unknown => dice.one(STORABLE);

/** Replaces, removes, adds or repeats one value somewhere in a JSON value. */
export function mutateJson(dice: Dice, value: unknown): unknown {
  const isDeeper = typeof value === 'object' && value !== null && Object.keys(value).length > 0 && dice.chance(0.85);
  if (!isDeeper) return hostile(dice);
  const entries = Object.entries(value);
  const at = dice.below(entries.length);
  const [name = '', member] = entries[at] ?? [];
  const way = dice.next();
  if (way < 0.6) entries[at] = [name, mutateJson(dice, member)];
  else if (way < 0.75) entries.splice(at, 1);
  else if (way < 0.9) entries.push([dice.one(['extra', 'constructor', 'toString', 'length', '']), hostile(dice)]);
  else entries.push([`${name}2`, member]);
  return Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
}

const BITS = ['"', '{', '}', '[', ']', ',', ':', '\\', '-', '0', '9', '/', '?', '\0', '\x1e', '\ud800', 'é', '\\ud83d'];

/** Changes some characters of a text. */
export function mutateText(dice: Dice, text: string): string {
  let mutated = text;
  for (let n = dice.below(3); n >= 0; n--) {
    const at = dice.below(mutated.length + 1);
    const end = at + dice.below(8);
    const [before, cut, after] = [mutated.slice(0, at), mutated.slice(at, end), mutated.slice(end)];
    const bit = dice.one(BITS);
    mutated = dice.one([
      before + bit + cut + after,
      before + after,
      before,
      before + cut + cut + after,
      before + bit + after,
      after + before,
    ]);
  }
  return mutated;
}

/** Changes some bytes, so that the result often is no valid UTF-8. */
export function mutateBytes(dice: Dice, bytes: Buffer): Buffer {
  const mutated = Buffer.from(bytes);
  for (let n = dice.below(4); n >= 0 && mutated.length > 0; n--) mutated[dice.below(mutated.length)] = dice.below(256);
  return dice.chance(0.2) ? mutated.subarray(dice.below(mutated.length)) : mutated;
}
