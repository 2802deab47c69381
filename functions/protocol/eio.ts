/**
 * The Engine.IO protocol revision of a connection. It determines the Socket.IO revision. Clients 1.x and 2.x use
 * Engine.IO 3 and Socket.IO 4. Clients 3.x and 4.x use Engine.IO 4 and Socket.IO 5.
 */
export type Eio = 3 | 4;

/**
 * Parses the `EIO` query parameter of a handshake. Returns undefined for an unsupported revision. A missing parameter
 * means 3, as in Socket.IO servers. socket.io-client-swift before version 16 does not send it.
 */
export function parseEio(value: unknown): Eio | undefined {
  if (value === '3' || value === undefined || value === null) return 3;
  if (value === '4') return 4;
  return undefined;
}
