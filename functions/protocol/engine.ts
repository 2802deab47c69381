import type { Eio } from './eio.ts';

/** Engine.IO packet types: the first character of every text frame, the same in revisions 3 and 4. */
export const OPEN = '0';
export const CLOSE = '1';
export const PING = '2';
export const PONG = '3';
/** Contains one Socket.IO packet. */
export const MESSAGE = '4';
export const UPGRADE = '5';
export const NOOP = '6';

/** Not a packet type: the prefix of base64 binary data, `b4<base64>` in revision 3 and `b<base64>` in revision 4. */
export const BASE64 = 'b';

/** The parameters that the server sends when it opens a connection. */
export interface OpenHandshake {
  /** The Engine.IO session id. */
  readonly sid: string;
  /** The ping interval in milliseconds. The client pings in revision 3, the server in revision 4. */
  readonly pingInterval: number;
  /** The maximum time until the answer to a ping, in milliseconds. */
  readonly pingTimeout: number;
  /** The maximum frame size that the server accepts, in bytes. Revision 3 has no such field. */
  readonly maxPayload: number;
  /** The transports to which the client may upgrade. @default none */
  readonly upgrades?: readonly string[];
}

/** The first packet of a connection, from the server: `0{"sid":…,"upgrades":[],"pingInterval":…,"pingTimeout":…}`. */
export function openFrame(eio: Eio, handshake: OpenHandshake): string {
  const { sid, upgrades = [], pingInterval, pingTimeout, maxPayload } = handshake;
  return OPEN + JSON.stringify({ sid, upgrades, pingInterval, pingTimeout, ...(eio === 4 && { maxPayload }) });
}
