/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Parses JSON without throwing; undefined, which JSON cannot say, when the text is none. A lone surrogate, which
 * escapes can write but UTF-8 cannot, becomes U+FFFD.
 */
export function tryParseJson(text: string): Json | undefined {
  try {
    return JSON.parse(ESCAPED_SURROGATE.test(text) ? wellFormed(text) : text);
  } catch {
    return undefined;
  }
}

const wellFormed = (json: string) =>
  json.replace(ESCAPE, (match, lone?: string) => (lone === undefined ? match : '\\ufffd'));

const ESCAPED_SURROGATE = /\\u[dD][89a-fA-F]/;

/**
 * An escaped backslash, a pair of escaped surrogates, or one without its other half, which alone is captured. Each
 * alternative consumes what it matches, so the search is linear.
 */
const ESCAPE = /\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})/g;

/** Whether a JSON value is an object: no array, not null. */
export function isJsonObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
