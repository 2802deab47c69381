import { tryParseJson } from '../protocol/index.ts';

/**
 * Converts a message of MaxIM's JavaScript clients 3.x (maxleap-im 3.0.17) to the current format. These clients send
 * JSON text. For an upload, the body is the list of URLs from the response. All other input is returned unchanged.
 */
export function normalizeLegacyMessage(input: unknown): unknown {
  const message = typeof input === 'string' ? parsed(input) : input;
  const body = Object(Object(message).content).body;
  if (!Array.isArray(body)) return message;
  return { ...Object(message), content: { ...Object(message).content, body: body[0] } };
}

function parsed(text: string): unknown {
  return tryParseJson(text) ?? text;
}
