import type { Eio } from './eio.ts';
import { MAIN_NAMESPACE, PACKET } from './packet.ts';

/** A Socket.IO packet taken apart, before anything is made of its parts. */
export interface Parts {
  readonly type: string;
  readonly namespace: string;
  /** What followed `?` behind the namespace. */
  readonly query: string;
  /** Decimal digits, or nothing. */
  readonly id: string;
  /** What is left; JSON, if the packet is a good one. */
  readonly data: string;
}

/** Takes `<type>[<namespace>,][<id>][<data>]` apart. */
export function split(eio: Eio, packet: string): Parts {
  const type = packet.slice(0, 1);
  const { path, query, rest } = splitNamespace(eio, type, packet.slice(1));
  const id = /^\d*/.exec(rest)?.[0] ?? '';
  return { type, namespace: path, query, id, data: rest.slice(id.length) };
}

/**
 * The namespace runs to the first comma or to the end. Engine.IO 3 clients may have put a query behind it, which is
 * no part of it; in Engine.IO 4 a question mark means nothing (socketio/socket.io, `client.ts`, treats both so).
 */
function splitNamespace(eio: Eio, type: string, text: string) {
  if (!text.startsWith('/')) return { path: MAIN_NAMESPACE, query: '', rest: text };
  const [name, rest] = cut(text, ',');
  if (eio === 4) return { path: name, query: '', rest };
  const [path, query] = cut(name, '?');
  if (type !== PACKET.connect || path === name) return { path, query, rest };
  // Clients 1.7 to 2.5 may write raw JSON into the query, commas and all, and 2.x puts one comma behind it.
  return { path, query: text.slice(path.length + 1).replace(/,$/, ''), rest: '' };
}

/** What is before the first separator, and what is behind it. */
function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
