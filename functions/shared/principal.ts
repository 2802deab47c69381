import * as z from 'zod/mini';
import { ChatError, ERROR } from './errors.ts';

/**
 * The kind of a principal in stored items, tokens and jobs. MaxIM and earlier versions of Macaw call a visitor
 * `passenger`, so old data contains that word.
 */
export const PrincipalKind = z.pipe(
  z.enum(['user', 'visitor', 'passenger']),
  z.transform((kind) => (kind === 'passenger' ? 'visitor' : kind)),
);

/** An identity that can connect: a user or a visitor. */
export const Principal = z.readonly(z.object({ app: z.string(), kind: PrincipalKind, id: z.string() }));
export type Principal = z.output<typeof Principal>;

/** A principal with friends and presence. */
export type User = Principal & { readonly kind: 'user' };

export const isUser = (principal: Principal): principal is User => principal.kind === 'user';

/** Objects whose keys are ids, such as the muted users of a group, cannot have the key `__proto__`. */
export const ID = /^(?!__proto__$)[a-zA-Z0-9_-]+$/;
export const ID_LENGTH = 128;

/** An id that `parseId` validates, so that its errors name the parameter. The documentation shows it as a string. */
export const idInput = () => z.unknown().register(z.globalRegistry, { type: 'string' });

/**
 * Validates an id as MaxIM defines it: `[a-zA-Z0-9_\-]+`, at most 128 characters, and not `__proto__`.
 * @throws ChatError 5001 or 5010 that names the parameter
 */
export function parseId(value: unknown, parameter: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new ChatError(ERROR.badParameter, `${parameter}: expected a string of 1 to ${ID_LENGTH} characters`);
  }
  if (value.length > ID_LENGTH) {
    throw new ChatError(ERROR.tooLong, `${parameter}: ${value.length} characters; at most ${ID_LENGTH} are allowed`);
  }
  if (!ID.test(value)) {
    const expected = `expected 1 to ${ID_LENGTH} characters of A-Z a-z 0-9 _ -, and not __proto__`;
    throw new ChatError(ERROR.badParameter, `${parameter}: ${expected}`);
  }
  return value;
}
