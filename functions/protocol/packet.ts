import { MESSAGE } from './engine.ts';

/** Socket.IO packet types, the second character of a message frame. Revision 4 calls CONNECT_ERROR "ERROR". */
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

/** The namespace that is left out on the wire. */
export const MAIN_NAMESPACE = '/';

/** Names that clients and servers emit to themselves; socket.io-parser refuses a packet that carries one. */
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

/** Whether a number can be the id of a packet that wants an acknowledgement. */
export function isPacketId(id: number): boolean {
  return Number.isSafeInteger(id) && id >= 0;
}

export interface Packet {
  readonly type: PacketType;
  readonly namespace: string;
  readonly id?: number | undefined;
  /** Already JSON. */
  readonly data?: string;
}

/**
 * Writes `4<type>[<namespace>,][<id>][<data>]`.
 * @throws RangeError for a namespace or an id that the receiver would read as something else
 */
export function encodePacket({ type, namespace, id, data = '' }: Packet): string {
  if (!namespace.startsWith('/') || namespace.includes(',')) {
    throw new RangeError(`A namespace begins with "/" and holds no comma: ${JSON.stringify(namespace)}`);
  }
  if (id !== undefined && !isPacketId(id)) {
    throw new RangeError(`A packet id is a non-negative safe integer: ${id}`);
  }
  return MESSAGE + type + (namespace === MAIN_NAMESPACE ? '' : `${namespace},`) + (id ?? '') + data;
}
