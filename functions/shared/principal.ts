import * as z from 'zod/mini';
import { ChatError, ERROR } from './errors.ts';

/**
 * What a principal is, as stored items, tokens and jobs have it. MaxIM calls a visitor `passenger`; so did Macaw, and what was
 * written at that time is still read.
 */
export const PrincipalKind = z.pipe(
  z.enum(['user', 'visitor', 'passenger']),
  z.transform((kind) => (kind === 'passenger' ? 'visitor' : kind)),
);

/** Somebody who can be connected: a user, or a visitor. */
export const Principal = z.readonly(z.object({ app: z.string(), kind: PrincipalKind, id: z.string() }));
export type Principal = z.output<typeof Principal>;

/** A principal who has friends, and whose coming and going is announced. */
export type User = Principal & { readonly kind: 'user' };

export const isUser = (principal: Principal): principal is User => principal.kind === 'user';

export const ID = /^[a-zA-Z0-9_-]+$/;
export const ID_LENGTH = 128;

/** An id that `parseId` checks, so that its errors name the parameter; documents describe it as text. */
export const idInput = () => z.unknown().register(z.globalRegistry, { type: 'string' });

/**
 * Checks an id as MaxIM defines it: `[a-zA-Z0-9_\-]+`, at most 128 characters.
 * @throws ChatError 5001 or 5010, naming the parameter
 */
export function parseId(value: unknown, parameter: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new ChatError(ERROR.badParameter, `${parameter} must be a non-empty string`);
  }
  if (value.length > ID_LENGTH) {
    throw new ChatError(ERROR.tooLong, `${parameter} has ${value.length} characters; at most ${ID_LENGTH} are allowed`);
  }
  if (!ID.test(value)) {
    throw new ChatError(ERROR.badParameter, `${parameter} may contain only letters, digits, "_" and "-"`);
  }
  return value;
}
