import * as z from 'zod/mini';
import { suggest } from '../functions/operator/suggest.ts';

// Schemas for what people write by hand. Each carries what would be right, in words that go after "it must be".

export const text = (pattern: RegExp, right: string) => z.string({ error: right }).check(z.regex(pattern, right));

export const yesOrNo = () => z.boolean({ error: 'true or false' });

export function wholeNumber(least: number, most: number, unit: string) {
  const right = `a whole number of ${unit} from ${least} to ${most}`;
  return z.int({ error: right }).check(z.minimum(least, right), z.maximum(most, right));
}

export function oneOf<const T extends string | number>(...values: readonly T[]) {
  return z.literal(values, { error: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}` });
}

/** An object with these members and no others. */
export function section<S extends z.core.$ZodLooseShape>(shape: S): z.ZodMiniObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => hint(key, known)).join('\n')
        : `an object with ${known.join(', ')}`,
  });
}

/** What is wrong with an input, a sentence for each fault: where it is, what stands there, and what would be right. */
export function faults(error: z.core.$ZodError, input: unknown): string[] {
  const sentences = error.issues.flatMap(({ code, path, message, ...issue }) => {
    if (code === 'unrecognized_keys' && 'keys' in issue) {
      const hints = message.split('\n');
      return issue.keys.map((key, n) => `${[...path, key].join('.')} is not known; ${hints[n]}`);
    }
    const found = path.reduce<unknown>((value, key) => Object(value)[key], input);
    const where = path.join('.') || 'the whole';
    return `${where} is ${found === undefined ? 'missing' : JSON.stringify(found)}; it must be ${message}`;
  });
  return [...new Set(sentences)];
}

/** Leads from a word that is not known to the one that was probably meant, or else to all. */
export function hint(word: string, known: readonly string[]): string {
  const alike = suggest(word, known);
  return alike === undefined ? `known are ${known.join(', ')}` : `did you mean ${alike}?`;
}
