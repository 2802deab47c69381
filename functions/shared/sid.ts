import { createHash, randomBytes } from 'node:crypto';
import type { Eio } from '../protocol/index.ts';

const PREFIX = 'poll_';
const RANDOM_BYTES = 16;
const CHECK_BYTES = 4;
const SID = /^poll_[\w-]{36}$/;

/** A session that starts with long-polling, as its id describes it. */
export interface Sid {
  readonly eio: Eio;
  /** Epoch ms. */
  readonly opened: number;
}

/**
 * Creates the id of a session. Nobody can guess it. It contains what the server must know until the session is stored,
 * and a checksum. That is no signature: anybody can open a session.
 */
export function newSid({ eio, opened }: Sid): string {
  const content = Buffer.alloc(7 + RANDOM_BYTES);
  content.writeUIntBE(opened, 0, 6);
  content.writeUInt8(eio, 6);
  randomBytes(RANDOM_BYTES).copy(content, 7);
  return PREFIX + Buffer.concat([content, check(content)]).toString('base64url');
}

/** Reads the id of a session. Undefined for any other text. */
export function readSid(text: string): Sid | undefined {
  if (!SID.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
  const content = bytes.subarray(0, -CHECK_BYTES);
  if (!check(content).equals(bytes.subarray(-CHECK_BYTES))) return undefined;
  return { eio: content.readUInt8(6) === 3 ? 3 : 4, opened: content.readUIntBE(0, 6) };
}

/** Whether a connection id is the id of a session, and none of API Gateway. */
export const isSid = (connectionId: string) => connectionId.startsWith(PREFIX);

const check = (content: Buffer) => createHash('sha256').update(content).digest().subarray(0, CHECK_BYTES);
