import { createHash, randomBytes } from 'node:crypto';
import type { Eio } from '../protocol/index.ts';

const SID = /^[\w-]{36}$/;
const RANDOM_BYTES = 16;
const CHECK_BYTES = 4;

/** Prefix of connection ids. Those of API Gateway contain no underscore. */
const PREFIX = 'poll_';

/** A session that starts with long-polling, as its id describes it. */
export interface Session {
  /** Stands for the session in the table and in logs. The session id itself gives access to the session. */
  readonly connectionId: string;
  readonly eio: Eio;
  /** Epoch ms. */
  readonly opened: number;
}

/**
 * Creates the id of a session. Nobody can guess it. It contains what the server must know until the session is stored,
 * and a checksum. That is no signature: anybody can open a session.
 */
export function newSid({ eio, opened }: Omit<Session, 'connectionId'>): string {
  const content = Buffer.alloc(7 + RANDOM_BYTES);
  content.writeUIntBE(opened, 0, 6);
  content.writeUInt8(eio, 6);
  randomBytes(RANDOM_BYTES).copy(content, 7);
  return Buffer.concat([content, hash(content).subarray(0, CHECK_BYTES)]).toString('base64url');
}

/** Reads the id of a session. Undefined for any other text. */
export function readSid(sid: string): Session | undefined {
  if (!SID.test(sid)) return undefined;
  const bytes = Buffer.from(sid, 'base64url');
  const content = bytes.subarray(0, -CHECK_BYTES);
  if (!hash(content).subarray(0, CHECK_BYTES).equals(bytes.subarray(-CHECK_BYTES))) return undefined;
  return {
    connectionId: PREFIX + hash(sid).toString('base64url').slice(0, 22),
    eio: content.readUInt8(6) === 3 ? 3 : 4,
    opened: content.readUIntBE(0, 6),
  };
}

/** Whether a connection is a session with long-polling, and none of API Gateway. */
export const isPolling = (connectionId: string) => connectionId.startsWith(PREFIX);

const hash = (data: Buffer | string) => createHash('sha256').update(data).digest();
