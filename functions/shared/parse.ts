import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { tryParseJson } from '../protocol/index.ts';
import { ChatError, ERROR } from './errors.ts';

z.config(en());

/**
 * Validates external input.
 * @param what the name of the input in error messages, for instance `say`
 * @throws ChatError 5001 that names the invalid field
 */
export function parse<T extends z.ZodMiniType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = [what, ...(issue?.path ?? [])].map(String).join('.');
  throw new ChatError(ERROR.badParameter, `${field}: ${issue?.message ?? 'invalid value'}`);
}

/** Parses JSON text. Strings in the result are well-formed Unicode. @throws ChatError 5001 for invalid JSON */
export function parseJson(text: string, what: string): unknown {
  const value = tryParseJson(text);
  if (value === undefined) throw new ChatError(ERROR.badParameter, `${what}: expected valid JSON`);
  return value;
}
