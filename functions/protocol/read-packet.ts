import type { Eio } from './eio.ts';
import { type Incoming, invalid } from './incoming.ts';
import { isJsonObject, tryParseJson } from './json.ts';
import { isPacketId, isReserved, PACKET } from './packet.ts';
import { parseQuery } from './query.ts';
import { type Parts, split } from './split.ts';

/**
 * Parses one Socket.IO packet. Validation follows socket.io-parser 4.2 with two differences. An event without a name
 * and an acknowledgement without an id are invalid here. The parser accepts both, although they have no meaning.
 */
export function readPacket(eio: Eio, text: string): Incoming {
  const parts = split(eio, text);
  switch (parts.type) {
    case PACKET.connect:
      return readConnect(parts);
    case PACKET.disconnect:
      if (parts.data !== '') return invalid('A DISCONNECT packet must not contain data.');
      return { kind: 'disconnect', namespace: parts.namespace };
    case PACKET.event:
      return readEvent(parts);
    case PACKET.ack:
      return readAck(parts);
    case PACKET.connectError:
      return invalid('Only the server sends CONNECT_ERROR packets.');
    case PACKET.binaryEvent:
    case PACKET.binaryAck:
      return invalid('Binary data is not supported.');
    default:
      return invalid('The message is not a Socket.IO packet.');
  }
}

function readConnect({ namespace, query, data }: Parts): Incoming {
  const payload = data === '' ? {} : tryParseJson(data);
  if (!isJsonObject(payload)) return invalid('The payload of a CONNECT packet must be a JSON object.');
  return { kind: 'connect', namespace, query: parseQuery(query), payload };
}

function readEvent({ namespace, id, data }: Parts): Incoming {
  const event = tryParseJson(data);
  if (!Array.isArray(event)) return invalid('The data of an EVENT packet must be a JSON array.');
  const [first, ...args] = event;
  // Old emitters may use a number as event name. Listeners match its decimal text.
  const name = typeof first === 'number' ? String(first) : first;
  if (typeof name !== 'string') return invalid('The first element of an EVENT packet must be the event name.');
  if (isReserved(name)) return invalid('The event name is reserved.');
  if (id === '') return { kind: 'event', namespace, name, args };
  if (!isPacketId(Number(id))) return invalid('The packet id is too large.');
  return { kind: 'event', namespace, id: Number(id), name, args };
}

function readAck({ namespace, id, data }: Parts): Incoming {
  const args = data === '' ? [] : tryParseJson(data);
  if (!Array.isArray(args)) return invalid('The data of an ACK packet must be a JSON array.');
  if (id === '') return invalid('An ACK packet must contain a packet id.');
  if (!isPacketId(Number(id))) return invalid('The packet id is too large.');
  return { kind: 'ack', namespace, id: Number(id), args };
}
