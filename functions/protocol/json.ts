/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Parses JSON without throwing. Returns undefined for invalid JSON. A lone escaped surrogate, which UTF-8 cannot
 * encode, becomes U+FFFD.
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
 * Matches an escaped backslash, a pair of escaped surrogates, or a lone surrogate. Only the lone surrogate is captured.
 * Each alternative consumes its match, so the search is linear.
 */
const ESCAPE = /\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})/g;

/** Whether a JSON value is an object, not an array or null. */
export function isJsonObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
