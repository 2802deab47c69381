import { ChatError, ERROR } from '../shared/errors.ts';
import { entriesOf } from './entries.ts';

/** Bytes of all attributes of one subject, as JSON. */
export const ATTRIBUTES_BYTES = 32 * 1024;
const DEPTH = 16;
const NAME_CHARACTERS = 128;

/** Bytes of a path in the index, where it is part of a key. */
export const PATH_BYTES = 1024;

/**
 * How many values can be searched for. A change is one transaction, of at most 100 writes: it may have to take all
 * values from the index and put as many others in, beside the write of the attributes themselves.
 */
export const MAX_VALUES = 49;

/**
 * Checks attributes: an object of any JSON, within the limits.
 * @throws ChatError 5001 when they are none, 5010 when they are too much
 */
export function checkAttributes(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new ChatError(ERROR.badParameter, 'attributes must be a JSON object');
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > ATTRIBUTES_BYTES) throw tooLong(`take ${bytes} bytes as JSON`, `${ATTRIBUTES_BYTES}`);
  checkLevel(value, 1);
  const entries = entriesOf(value);
  if (entries.length > MAX_VALUES) {
    throw tooLong(`hold ${entries.length} different texts, numbers and booleans`, `${MAX_VALUES}`);
  }
  for (const { path } of entries) {
    const bytes = Buffer.byteLength(path);
    if (bytes > PATH_BYTES) throw tooLong(`have a path of names that takes ${bytes} bytes`, `${PATH_BYTES}`);
  }
  return value;
}

function checkLevel(value: object, level: number): void {
  if (level > DEPTH) throw tooLong(`nest more than ${DEPTH} levels deep`, `${DEPTH}`);
  for (const [name, member] of Object.entries(value)) {
    if (name === '')
      throw new ChatError(ERROR.badParameter, 'attributes have an empty name; a name has 1 character or more');
    const length = Array.from(name).length;
    if (length > NAME_CHARACTERS) throw tooLong(`have a name of ${length} characters`, `${NAME_CHARACTERS}`);
    if (typeof member === 'number' && !Number.isFinite(member)) {
      throw new ChatError(ERROR.badParameter, `attributes.${name} is a number larger than any that can be kept`);
    }
    if (typeof member === 'object' && member !== null) checkLevel(member, level + 1);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tooLong(what: string, limit: string): ChatError {
  return new ChatError(ERROR.tooLong, `attributes ${what}; at most ${limit} are allowed`);
}
