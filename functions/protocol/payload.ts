import type { Eio } from './eio.ts';
import { BASE64, MESSAGE } from './engine.ts';

/**
 * Payloads of the long-polling transport: the packets of one HTTP body.
 *
 * - Engine.IO 4: packets separated by 0x1E.
 * - Engine.IO 3, text: `length:packet`, repeated. The length counts UTF-16 units. Clients 1.x in browsers and for Swift
 *   encode each packet as UTF-8 twice.
 * - Engine.IO 3, `application/octet-stream`: per packet a byte 0 (text) or 1 (binary), the length with one byte per
 *   decimal digit, 0xFF, and the data.
 *
 * Source: https://github.com/socketio/engine.io-protocol (branch `v3` for revision 3)
 */
const SEPARATOR = '\x1e';

/** The content type of binary payloads, which only Engine.IO 3 has. */
export const OCTET_STREAM = 'application/octet-stream';

/** More digits than the length of any payload. */
const LENGTH_DIGITS = 10;

/**
 * Splits the payload of a client into packets, which `receive` reads as frames. Binary packets become base64 frames.
 * Returns undefined for an invalid payload.
 */
export function decodePayload(eio: Eio, body: string | Buffer): string[] | undefined {
  if (typeof body !== 'string') return eio === 3 ? decodeBinary(body) : undefined;
  if (body === '') return undefined;
  return eio === 4 ? body.split(SEPARATOR) : decodeText(body);
}

/**
 * Joins packets for a client. In revision 3 the result is ASCII: it is then the same text whether a client decodes UTF-8
 * once or twice, and its length is the same in bytes and in characters. The text of packets is JSON, so escapes are
 * possible.
 */
export function encodePayload(eio: Eio, packets: readonly string[]): string {
  if (eio === 4) return packets.join(SEPARATOR);
  return packets
    .map(toAscii)
    .map((packet) => `${packet.length}:${packet}`)
    .join('');
}

const toAscii = (json: string) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all characters outside ASCII
  json.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

function decodeText(body: string): string[] | undefined {
  const packets: string[] = [];
  for (let at = 0; at < body.length; ) {
    const colon = body.indexOf(':', at);
    const digits = body.slice(at, colon);
    if (colon < 0 || !/^\d{1,10}$/.test(digits)) return undefined;
    const end = colon + 1 + Number(digits);
    if (end > body.length) return undefined;
    if (end > colon + 1) packets.push(decodeTwice(body.slice(colon + 1, end)));
    at = end;
  }
  return packets;
}

/** Clients do not say whether they encode twice. Text that can be the bytes of UTF-8 is taken as such. */
function decodeTwice(packet: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text of bytes, at least one outside ASCII
  if (!/^[\x00-\xff]*$/.test(packet) || !/[\x80-\xff]/.test(packet)) return packet;
  return utf8(Buffer.from(packet, 'latin1')) ?? packet;
}

function decodeBinary(body: Buffer): string[] | undefined {
  const packets: string[] = [];
  for (let at = 0; at < body.length; ) {
    const kind = body[at];
    const mark = body.indexOf(0xff, at + 1);
    const digits = body.subarray(at + 1, mark);
    if (mark < 0 || digits.length === 0 || digits.length > LENGTH_DIGITS || digits.some((digit) => digit > 9)) {
      return undefined;
    }
    const end = mark + 1 + Number(digits.join(''));
    const data = body.subarray(mark + 1, end);
    const packet = kind === 0 ? utf8(data) : kind === 1 ? base64(data) : undefined;
    if (end > body.length || packet === undefined) return undefined;
    if (packet !== '') packets.push(packet);
    at = end;
  }
  return packets.length > 0 ? packets : undefined;
}

/** The first byte of a binary packet is its type. */
const base64 = (data: Buffer) => BASE64 + (data[0] ?? MESSAGE) + data.subarray(1).toString('base64');

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes UTF-8. Returns undefined for other bytes. Old clients encode lone surrogates, which become U+FFFD. */
function utf8(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    const repaired = bytes.toString('latin1').replace(LONE_SURROGATE, '\xef\xbf\xbd');
    return repaired.includes('\xef\xbf\xbd') ? utf8Strict(Buffer.from(repaired, 'latin1')) : undefined;
  }
}

const LONE_SURROGATE = /\xed[\xa0-\xbf][\x80-\xbf]/g;

function utf8Strict(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
