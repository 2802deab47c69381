import type { Eio } from './eio.ts';
import { MAIN_NAMESPACE, PACKET } from './packet.ts';

/** The raw parts of a Socket.IO packet. */
export interface Parts {
  readonly type: string;
  readonly namespace: string;
  /** The text after `?` behind the namespace. */
  readonly query: string;
  /** Decimal digits, or an empty string. */
  readonly id: string;
  /** The remaining text; JSON in a valid packet. */
  readonly data: string;
}

/** Splits `<type>[<namespace>,][<id>][<data>]` into its parts. */
export function split(eio: Eio, packet: string): Parts {
  const type = packet.slice(0, 1);
  const { path, query, rest } = splitNamespace(eio, type, packet.slice(1));
  const id = /^\d*/.exec(rest)?.[0] ?? '';
  return { type, namespace: path, query, id, data: rest.slice(id.length) };
}

/**
 * The namespace ends at the first comma or at the end of the text. Engine.IO 3 clients may append a query, which is not
 * part of the namespace. In Engine.IO 4 a question mark has no special meaning. `client.ts` in socketio/socket.io
 * behaves the same.
 */
function splitNamespace(eio: Eio, type: string, text: string) {
  if (!text.startsWith('/')) return { path: MAIN_NAMESPACE, query: '', rest: text };
  const [name, rest] = cut(text, ',');
  if (eio === 4) return { path: name, query: '', rest };
  const [path, query] = cut(name, '?');
  if (type !== PACKET.connect || path === name) return { path, query, rest };
  // Clients 1.7 to 2.5 may write raw JSON with commas into the query. Clients 2.x append one comma.
  return { path, query: text.slice(path.length + 1).replace(/,$/, ''), rest: '' };
}

/** The text before and after the first separator. */
function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
