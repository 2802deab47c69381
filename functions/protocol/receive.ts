import type { Eio } from './eio.ts';
import { BASE64, CLOSE, MESSAGE, NOOP, OPEN, PING, PONG, UPGRADE } from './engine.ts';
import { type Incoming, invalid } from './incoming.ts';
import { readPacket } from './read-packet.ts';

/**
 * Parses one text frame of a client. Never throws: an unreadable frame is `invalid`.
 *
 * Pings and pongs are accepted in both directions, although only the client pings in revision 3 and only the server in
 * revision 4. Clients of both revisions send upgrade probes (`2probe`), and an unexpected ping is harmless.
 *
 * Binary data is `invalid`. A binary message is one packet followed by one frame per attachment, so parsing it requires
 * state between frames. API Gateway rejects binary frames from clients and cannot send them. It delivers base64 text
 * frames, which clients with `forceBase64` send, to concurrent invocations.
 */
export function receive(eio: Eio, frame: string): Incoming {
  const data = frame.slice(1);
  switch (frame.charAt(0)) {
    case MESSAGE:
      return readPacket(eio, data);
    case PING:
      return { kind: 'ping', reply: PONG + data };
    case PONG:
      return { kind: 'pong' };
    case CLOSE:
      return { kind: 'close' };
    case UPGRADE:
      return { kind: 'upgrade' };
    case NOOP:
      return { kind: 'noop' };
    case OPEN:
      return invalid('Only the server sends OPEN packets.');
    case BASE64:
      return invalid('Binary data is not supported.');
    case '':
      return invalid('The frame is empty.');
    default:
      return invalid('The frame is not an Engine.IO packet.');
  }
}
