import { tryParseJson } from '../protocol/index.ts';

/**
 * A message as MaxIM's JavaScript clients 3.x say it (maxleap-im 3.0.17), in the words of all others: theirs is JSON text,
 * and what an upload was answered with, the list of its URLs, is its body as it is. Everything else is left as it came.
 */
export function normalizeLegacyMessage(said: unknown): unknown {
  const message = typeof said === 'string' ? parsed(said) : said;
  const body = Object(Object(message).content).body;
  if (!Array.isArray(body)) return message;
  return { ...Object(message), content: { ...Object(message).content, body: body[0] } };
}

function parsed(text: string): unknown {
  return tryParseJson(text) ?? text;
}
