import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { tryParseJson } from '../protocol/index.ts';
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

/** Parses JSON text, which gets well-formed Unicode. @throws ChatError 5001 when it is not JSON */
export function parseJson(text: string, what: string): unknown {
  const value = tryParseJson(text);
  if (value === undefined) throw new ChatError(ERROR.badParameter, `${what} must be valid JSON`);
  return value;
}
