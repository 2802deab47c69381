import type { Eio } from './eio.ts';
import { BASE64, CLOSE, MESSAGE, NOOP, OPEN, PING, PONG, UPGRADE } from './engine.ts';
import { type Incoming, invalid } from './incoming.ts';
import { readPacket } from './read-packet.ts';

/**
 * Reads one text frame of a client. Never throws: what cannot be read is `invalid`.
 *
 * Pings and pongs are taken in either direction, although revision 3 has the client ping and revision 4 the server:
 * upgrade probes (`2probe`) come from clients of both, and a wrong ping harms nobody.
 *
 * Binary data is `invalid`. It comes as a packet that counts its attachments and then one frame for each, so reading it
 * needs memory between frames; API Gateway refuses a client's binary frames, cannot send any, and delivers
 * base64 text frames (what a client with `forceBase64` sends) to concurrent invocations.
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
      return invalid('Only the server opens a session.');
    case BASE64:
      return invalid('Binary data is not supported.');
    case '':
      return invalid('The frame is empty.');
    default:
      return invalid('The frame is no Engine.IO packet.');
  }
}
