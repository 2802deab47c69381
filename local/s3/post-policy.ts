import * as z from 'zod/mini';
import { tryParse } from '../shared/json.ts';
import { accessDenied, S3Error } from './errors.ts';

const size = z.int().check(z.minimum(0));
const condition = z.union([
  z.record(z.string(), z.string()),
  z.tuple([z.enum(['eq', 'starts-with']), z.string().check(z.startsWith('$')), z.string()]),
  z.tuple([z.literal('content-length-range'), size, size]),
]);

const policySchema = z.object({ expiration: z.iso.datetime(), conditions: z.array(condition) });

export type PostPolicy = z.output<typeof policySchema>;

/** The checked form: the fields by lower-case name, and the size of the file in bytes. */
export interface Posted {
  fields: ReadonlyMap<string, string>;
  bucket: string;
  size: number;
}

/** Fields that need no condition. */
const EXEMPT = /^(policy|x-amz-signature|file|x-ignore-.*)$/;

/** Parses the policy of a form: JSON in base64. */
export function readPostPolicy(text: string): PostPolicy {
  const parsed = z.safeParse(policySchema, tryParse(Buffer.from(text, 'base64').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new S3Error(400, 'InvalidPolicyDocument', `Invalid Policy: ${z.prettifyError(parsed.error)}`);
}

/**
 * Checks a form against its policy: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 * @throws S3Error for the first violation
 */
export function checkPolicy({ expiration, conditions }: PostPolicy, { fields, bucket, size }: Posted): void {
  if (Date.now() > Date.parse(expiration)) throw accessDenied('Invalid according to Policy: Policy expired.');
  const named = new Set<string>();
  const check = (operator: 'eq' | 'starts-with', name: string, expected: string): void => {
    const field = name.toLowerCase();
    named.add(field);
    const value = field === 'bucket' ? bucket : (fields.get(field) ?? '');
    const holds = operator === 'eq' ? value === expected : startsWith(field, value, expected);
    if (holds) return;
    const shown = [operator, `$${name}`, expected].map((part) => JSON.stringify(part)).join(', ');
    throw accessDenied(`Invalid according to Policy: Policy Condition failed: [${shown}]`);
  };
  for (const condition of conditions) {
    if (!Array.isArray(condition)) {
      for (const [name, expected] of Object.entries(condition)) check('eq', name, expected);
    } else if (condition[0] === 'content-length-range') {
      checkSize(size, condition[1], condition[2]);
    } else {
      check(condition[0], condition[1].slice(1), condition[2]);
    }
  }
  const extra = [...fields.keys()].filter((name) => !named.has(name) && !EXEMPT.test(name));
  if (extra.length > 0) throw accessDenied(`Invalid according to Policy: Extra input fields: ${extra.join(', ')}`);
}

/** For a list of content types, each item must start with the value. */
function startsWith(field: string, value: string, expected: string): boolean {
  const values = field === 'content-type' ? value.split(',') : [value];
  return values.every((each) => each.startsWith(expected));
}

function checkSize(size: number, smallest: number, largest: number): void {
  if (size < smallest) {
    throw new S3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      ProposedSize: String(size),
      MinSizeAllowed: String(smallest),
    });
  }
  if (size > largest) {
    throw new S3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: String(size),
      MaxSizeAllowed: String(largest),
    });
  }
}
