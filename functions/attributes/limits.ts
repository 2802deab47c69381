import { ChatError, ERROR } from '../shared/errors.ts';
import { entriesOf } from './entries.ts';

/** Maximum bytes of all attributes of one subject, as JSON. */
export const ATTRIBUTES_BYTES = 32 * 1024;

/** Maximum bytes of the name of a group or room. Others see it in their lists, and cannot refuse to. */
export const COMMUNITY_NAME_BYTES = 1024;
const DEPTH = 16;
const NAME_CHARACTERS = 128;

/** Maximum bytes of an attribute path, because the path is part of an index key. */
export const PATH_BYTES = 1024;

/**
 * Maximum number of searchable values. One transaction of at most 100 writes must be able to remove all values, add as
 * many new ones, and update the attributes.
 */
export const MAX_VALUES = 49;

/**
 * Checks that attributes are a JSON object within the limits.
 * @throws ChatError 5001 for an invalid value, 5010 for a value above a limit
 */
export function checkAttributes(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new ChatError(ERROR.badParameter, 'attributes: expected a JSON object');
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > ATTRIBUTES_BYTES) throw tooLong(`${bytes} bytes as JSON`, `${ATTRIBUTES_BYTES}`);
  checkLevel(value, 1);
  const entries = entriesOf(value);
  if (entries.length > MAX_VALUES) {
    throw tooLong(`${entries.length} different strings, numbers and booleans`, `${MAX_VALUES}`);
  }
  for (const { path } of entries) {
    const bytes = Buffer.byteLength(path);
    if (bytes > PATH_BYTES) throw tooLong(`a path of ${bytes} bytes`, `${PATH_BYTES}`);
  }
  return value;
}

/** As {@link checkAttributes}, for a group or room, whose name has a limit of its own. */
export function checkCommunityAttributes(value: unknown): Record<string, unknown> {
  const attributes = checkAttributes(value);
  const bytes = typeof attributes.name === 'string' ? Buffer.byteLength(attributes.name) : 0;
  if (bytes > COMMUNITY_NAME_BYTES) throw tooLong(`a name of ${bytes} bytes`, `${COMMUNITY_NAME_BYTES}`);
  return attributes;
}

function checkLevel(value: object, level: number): void {
  if (level > DEPTH) throw tooLong(`nested more than ${DEPTH} levels deep`, `${DEPTH}`);
  for (const [name, member] of Object.entries(value)) {
    if (name === '')
      throw new ChatError(ERROR.badParameter, `attributes: an empty name; expected 1 to ${NAME_CHARACTERS} characters`);
    const length = Array.from(name).length;
    if (length > NAME_CHARACTERS) throw tooLong(`a name of ${length} characters`, `${NAME_CHARACTERS}`);
    if (typeof member === 'number' && !Number.isFinite(member)) {
      throw new ChatError(ERROR.badParameter, `attributes.${name}: expected a number from -1.8e308 to 1.8e308`);
    }
    if (typeof member === 'object' && member !== null) checkLevel(member, level + 1);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tooLong(what: string, limit: string): ChatError {
  return new ChatError(ERROR.tooLong, `attributes: ${what}; at most ${limit} are allowed`);
}
