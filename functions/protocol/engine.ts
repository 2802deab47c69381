import type { Eio } from './eio.ts';

/** Engine.IO packet types: the first character of every text frame (the same in revisions 3 and 4). */
export const OPEN = '0';
export const CLOSE = '1';
export const PING = '2';
export const PONG = '3';
/** Carries one Socket.IO packet. */
export const MESSAGE = '4';
export const UPGRADE = '5';
export const NOOP = '6';

/** Not a packet type: marks binary data written as base64, `b4<base64>` in revision 3, `b<base64>` in revision 4. */
export const BASE64 = 'b';

/** What the server announces when it opens a connection. */
export interface OpenHandshake {
  /** Id of the Engine.IO session. */
  readonly sid: string;
  /** How often a ping is sent, in milliseconds: by the client in revision 3, by the server in revision 4. */
  readonly pingInterval: number;
  /** How long the answer to a ping may take, in milliseconds. */
  readonly pingTimeout: number;
  /** The longest frame that the server takes, in bytes. Told to revision 4 only; revision 3 has no word for it. */
  readonly maxPayload: number;
}

/**
 * The first frame of a connection, written by the server: `0{"sid":…,"upgrades":[],"pingInterval":…,"pingTimeout":…}`.
 * There is nothing to upgrade to, because websocket is the only transport.
 */
export function openFrame(eio: Eio, handshake: OpenHandshake): string {
  const { sid, pingInterval, pingTimeout, maxPayload } = handshake;
  return OPEN + JSON.stringify({ sid, upgrades: [], pingInterval, pingTimeout, ...(eio === 4 && { maxPayload }) });
}
