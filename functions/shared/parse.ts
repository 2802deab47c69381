import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ChatError, ERROR } from './errors.ts';

z.config(en());

/**
 * Parses what came from outside.
 * @param what names the input in the message, for instance `say`
 * @throws ChatError 5001 that names the offending field
 */
export function parse<T extends z.ZodMiniType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = [what, ...(issue?.path ?? [])].map(String).join('.');
  throw new ChatError(ERROR.badParameter, `${field}: ${issue?.message ?? 'not valid'}`);
}

/** Parses JSON text; @throws ChatError 5001 when it is none. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ChatError(ERROR.badParameter, `${what} must be valid JSON`);
  }
}
