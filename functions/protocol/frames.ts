import type { Eio } from './eio.ts';
import { encodePacket, isReserved, MAIN_NAMESPACE, PACKET } from './packet.ts';

/**
 * Confirms that the client has joined a namespace.
 * Engine.IO 3: `40` and `40/chat`. Engine.IO 4: `40{"sid":…}` and `40/chat,{"sid":…}`.
 */
export function connectFrame(eio: Eio, namespace: string, sid: string): string {
  if (eio === 4) return encodePacket({ type: PACKET.connect, namespace, data: JSON.stringify({ sid }) });
  // Without data the older encoders write no comma; 1.x and 2.x servers and clients alike.
  const frame = encodePacket({ type: PACKET.connect, namespace });
  return namespace === MAIN_NAMESPACE ? frame : frame.slice(0, -1);
}

/**
 * Refuses a namespace. Engine.IO 3: `44/chat,"message"`, which its clients emit as `error`.
 * Engine.IO 4: `44/chat,{"message":…,"data":…}`, which its clients emit as `connect_error`.
 */
export function connectErrorFrame(eio: Eio, namespace: string, error: { message: string; data?: unknown }): string {
  const { message, data } = error;
  return encodePacket({
    type: PACKET.connectError,
    namespace,
    data: JSON.stringify(eio === 4 ? { message, data } : message),
  });
}

/** Puts the client out of a namespace: `41`, `41/chat,`. The connection stays open. */
export function disconnectFrame(namespace: string): string {
  return encodePacket({ type: PACKET.disconnect, namespace });
}

/**
 * Sends an event: `42["name",…]`, `42/chat,["name",…]`; with an id, `42/chat,7["name",…]`, the client is to acknowledge it.
 * @throws RangeError for a name that is reserved: the client would take the frame for a broken one and drop the connection
 */
export function eventFrame(namespace: string, name: string, args: readonly unknown[], id?: number): string {
  if (isReserved(name)) throw new RangeError(`${JSON.stringify(name)} is a reserved event name`);
  return encodePacket({ type: PACKET.event, namespace, id, data: JSON.stringify([name, ...args]) });
}

/** Acknowledges the client's packet of that id: `43/chat,7[…]`. */
export function ackFrame(namespace: string, id: number, args: readonly unknown[]): string {
  return encodePacket({ type: PACKET.ack, namespace, id, data: JSON.stringify(args) });
}
