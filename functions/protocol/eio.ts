/**
 * The Engine.IO protocol revision of a connection. It fixes the Socket.IO revision above it:
 * clients 1.x and 2.x speak Engine.IO 3 and Socket.IO 4, clients 3.x and 4.x Engine.IO 4 and Socket.IO 5.
 */
export type Eio = 3 | 4;

/**
 * Reads the `EIO` query parameter of a handshake; undefined for a revision that is not served. A missing one means 3, as
 * with Socket.IO's servers: socket.io-client-swift before version 16 sends none.
 */
export function parseEio(value: unknown): Eio | undefined {
  if (value === '3' || value === undefined || value === null) return 3;
  if (value === '4') return 4;
  return undefined;
}
