import { matchesArn, matchesPattern } from './patterns.ts';

export type Conditions = { operator: string; key: string; values: string[] }[];

/** Condition keys by lower-case name. A missing key is absent from the request. */
export type Context = Record<string, string | undefined>;

type Test = (value: string, expected: string) => boolean;

const OPERATORS: Record<string, Test> = {
  StringEquals: (value, expected) => value === expected,
  StringEqualsIgnoreCase: (value, expected) => value.toLowerCase() === expected.toLowerCase(),
  StringLike: (value, expected) => matchesPattern(expected, value),
  ArnEquals: (value, expected) => matchesArn(expected, value),
  ArnLike: (value, expected) => matchesArn(expected, value),
  Bool: (value, expected) => value.toLowerCase() === expected.toLowerCase(),
};

/** The condition keys that the local cloud supports. A condition on another key fails at start. */
const KEYS = new Set([
  'aws:securetransport',
  'aws:requestedregion',
  'aws:principalarn',
  'aws:principalaccount',
  'aws:resourceaccount',
  'aws:sourceaccount',
  'aws:sourcearn',
]);

interface Operator {
  test: Test | 'Null';
  negated: boolean;
  ifExists: boolean;
}

function parseOperator(name: string): Operator | undefined {
  const ifExists = name.endsWith('IfExists');
  const base = ifExists ? name.slice(0, -'IfExists'.length) : name;
  if (base === 'Null') return { test: 'Null', negated: false, ifExists };
  const positive = base.replace(/^(String|Arn)Not/, '$1');
  const test = OPERATORS[positive];
  return test && { test, negated: positive !== base, ifExists };
}

export function assertConditions(conditions: Conditions, where: string): void {
  for (const { operator, key } of conditions) {
    if (!parseOperator(operator))
      throw new Error(`${where}: the local cloud does not implement the condition ${operator}`);
    if (!KEYS.has(key.toLowerCase()))
      throw new Error(`${where}: the local cloud does not know the condition key ${key}`);
  }
}

/** All conditions must match. One value of a condition must match, or none for a negated operator. */
export function conditionsHold(conditions: Conditions, context: Context): boolean {
  return conditions.every(({ operator, key, values }) => {
    const parsed = parseOperator(operator);
    if (!parsed) return false;
    const value = context[key.toLowerCase()];
    if (parsed.test === 'Null') return values.some((expected) => (expected === 'true') === (value === undefined));
    if (value === undefined) return parsed.ifExists || parsed.negated;
    const { test } = parsed;
    return values.some((expected) => test(value, expected)) !== parsed.negated;
  });
}
