import * as z from 'zod/mini';
import { suggest } from '../functions/operator/suggest.ts';

// Schemas for configuration files. Each error message is a noun phrase that completes "it must be".

export const text = (pattern: RegExp, expected: string) =>
  z.string({ error: expected }).check(z.regex(pattern, expected));

export const yesOrNo = () => z.boolean({ error: 'true or false' });

export function wholeNumber(least: number, most: number, unit: string) {
  const expected = `a whole number of ${unit} from ${least} to ${most}`;
  return z.int({ error: expected }).check(z.minimum(least, expected), z.maximum(most, expected));
}

export function oneOf<const T extends string | number>(...values: readonly T[]) {
  return z.literal(values, { error: `one of ${values.map((value) => JSON.stringify(value)).join(', ')}` });
}

/** An object with exactly these members. */
export function section<S extends z.core.$ZodLooseShape>(shape: S): z.ZodMiniObject<S, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => hint(key, known)).join('\n')
        : `an object with the members ${known.join(', ')}`,
  });
}

/** The errors of an input, one sentence each: the path, the value, and what is valid. */
export function faults(error: z.core.$ZodError, input: unknown): string[] {
  const sentences = error.issues.flatMap(({ code, path, message, ...issue }) => {
    if (code === 'unrecognized_keys' && 'keys' in issue) {
      const hints = message.split('\n');
      return issue.keys.map((key, n) => `${[...path, key].join('.')} is unknown; ${hints[n]}`);
    }
    const found = path.reduce<unknown>((value, key) => Object(value)[key], input);
    const where = path.join('.') || 'the file';
    return `${where} is ${found === undefined ? 'missing' : JSON.stringify(found)}; it must be ${message}`;
  });
  return [...new Set(sentences)];
}

/** Suggests the most similar known word, or lists all of them. */
export function hint(word: string, known: readonly string[]): string {
  const similar = suggest(word, known);
  return similar === undefined ? `valid are ${known.join(', ')}` : `did you mean ${similar}?`;
}
