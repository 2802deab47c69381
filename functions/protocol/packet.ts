import { MESSAGE } from './engine.ts';

/** Socket.IO packet types: the second character of a message frame. Revision 4 calls CONNECT_ERROR "ERROR". */
export const PACKET = {
  connect: '0',
  disconnect: '1',
  event: '2',
  ack: '3',
  connectError: '4',
  binaryEvent: '5',
  binaryAck: '6',
} as const;

export type PacketType = (typeof PACKET)[keyof typeof PACKET];

/** The default namespace, which packets omit. */
export const MAIN_NAMESPACE = '/';

/** Names that clients and servers emit locally. socket.io-parser rejects a packet with such a name. */
const RESERVED: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

export function isReserved(eventName: string): boolean {
  return RESERVED.has(eventName);
}

/** Whether a number is a valid packet id for an acknowledgement. */
export function isPacketId(id: number): boolean {
  return Number.isSafeInteger(id) && id >= 0;
}

export interface Packet {
  readonly type: PacketType;
  readonly namespace: string;
  readonly id?: number | undefined;
  /** JSON text. */
  readonly data?: string;
}

/**
 * Encodes `4<type>[<namespace>,][<id>][<data>]`.
 * @throws RangeError for a namespace or an id that the receiver would parse as something else
 */
export function encodePacket({ type, namespace, id, data = '' }: Packet): string {
  if (!namespace.startsWith('/') || namespace.includes(',')) {
    throw new RangeError(`namespace: expected "/" first and no comma, got ${JSON.stringify(namespace)}`);
  }
  if (id !== undefined && !isPacketId(id)) {
    throw new RangeError(`id: expected a non-negative safe integer, got ${id}`);
  }
  return MESSAGE + type + (namespace === MAIN_NAMESPACE ? '' : `${namespace},`) + (id ?? '') + data;
}
