import type { Eio } from './eio.ts';
import { encodePacket, isReserved, MAIN_NAMESPACE, PACKET } from './packet.ts';

/** Confirms a namespace join. Engine.IO 3: `40` and `40/chat`. Engine.IO 4: `40{"sid":…}` and `40/chat,{"sid":…}`. */
export function connectFrame(eio: Eio, namespace: string, sid: string): string {
  if (eio === 4) return encodePacket({ type: PACKET.connect, namespace, data: JSON.stringify({ sid }) });
  // Encoders of 1.x and 2.x, in servers and clients, write no comma when there is no data.
  const frame = encodePacket({ type: PACKET.connect, namespace });
  return namespace === MAIN_NAMESPACE ? frame : frame.slice(0, -1);
}

/**
 * Rejects a namespace join. Engine.IO 3: `44/chat,"message"`, which clients emit as `error`. Engine.IO 4:
 * `44/chat,{"message":…,"data":…}`, which clients emit as `connect_error`.
 */
export function connectErrorFrame(eio: Eio, namespace: string, error: { message: string; data?: unknown }): string {
  const { message, data } = error;
  return encodePacket({
    type: PACKET.connectError,
    namespace,
    data: JSON.stringify(eio === 4 ? { message, data } : message),
  });
}

/** Removes the client from a namespace: `41`, `41/chat,`. The connection stays open. */
export function disconnectFrame(namespace: string): string {
  return encodePacket({ type: PACKET.disconnect, namespace });
}

/**
 * Encodes an event: `42["name",…]`, `42/chat,["name",…]`. With an id, `42/chat,7["name",…]`, it requests an
 * acknowledgement.
 * @throws RangeError for a reserved name: the client would treat the frame as invalid and close the connection
 */
export function eventFrame(namespace: string, name: string, args: readonly unknown[], id?: number): string {
  if (isReserved(name)) throw new RangeError(`name: ${JSON.stringify(name)} is a reserved event name`);
  return encodePacket({ type: PACKET.event, namespace, id, data: JSON.stringify([name, ...args]) });
}

/** Acknowledges the packet of the client with this id: `43/chat,7[…]`. */
export function ackFrame(namespace: string, id: number, args: readonly unknown[]): string {
  return encodePacket({ type: PACKET.ack, namespace, id, data: JSON.stringify(args) });
}
