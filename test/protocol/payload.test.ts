import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePayload, type Eio, encodePayload, eventFrame, receive } from '../../functions/protocol/index.ts';

interface EnginePacket {
  readonly type: string;
  readonly data?: string | Buffer;
}

/** The payload codec of a stock client. */
interface EngineParser {
  encodePayload(packets: EnginePacket[], ...options: unknown[]): void;
  decodePayload(payload: string | Buffer, callback?: (packet: EnginePacket) => void): EnginePacket[] | undefined;
}

function isParser(value: unknown): value is EngineParser {
  return typeof value === 'object' && value !== null && 'encodePayload' in value && 'decodePayload' in value;
}

function parserOf(client: string): EngineParser {
  const require = createRequire(import.meta.url);
  const engine = createRequire(require.resolve(client)).resolve('engine.io-client');
  const parser: unknown = createRequire(engine)('engine.io-parser');
  if (!isParser(parser)) throw new Error(`${client} has no payload parser`);
  return parser;
}

/** The codecs of clients in Node.js (binary) and in browsers (text), by revision. */
const OLD = [
  ['1.4.8', parserOf('socket.io-client-1.4')],
  ['1.7.4', parserOf('socket.io-client-1.7')],
  ['2.5.0', parserOf('socket.io-client-2')],
] as const;
const NEW = [
  ['3.1.3', parserOf('socket.io-client-3')],
  ['4.8.4', parserOf('socket.io-client')],
] as const;

const TYPES = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];
const frameOf = ({ type, data = '' }: EnginePacket) => `${TYPES.indexOf(type)}${data}`;

/** The payload that a stock client sends. */
function encodeStock(parser: EngineParser, packets: EnginePacket[], ...options: unknown[]): string | Buffer {
  let encoded: unknown;
  parser.encodePayload(packets, ...options, (payload: unknown) => {
    encoded = payload;
  });
  if (typeof encoded !== 'string' && !Buffer.isBuffer(encoded)) throw new Error('Nothing was encoded');
  return encoded;
}

function decodeStock(parser: EngineParser, payload: string): EnginePacket[] {
  const packets: EnginePacket[] = [];
  return parser.decodePayload(payload, (packet) => packets.push(packet)) ?? packets;
}

const unicode = fc.string({ unit: 'binary', maxLength: 40 });
/** Without the characters that can also be the bytes of UTF-8: nobody can tell how often those were encoded. */
const unambiguous = unicode.map((text) => text.replaceAll(/[\u0080-\u00ff]/g, 'é—'));
const packet = (text: fc.Arbitrary<string>): fc.Arbitrary<EnginePacket> =>
  fc.oneof(
    text.map((data) => ({ type: 'message', data: `2${JSON.stringify(['say', data])}` })),
    fc.constant({ type: 'ping' }),
    fc.constant({ type: 'message', data: '0/chat' }),
  );
const payload = (text: fc.Arbitrary<string>) => fc.array(packet(text), { minLength: 1, maxLength: 6 });

const json = fc.array(fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }), { maxLength: 3 });
const event = json.map((args) => eventFrame('/chat', 'message', args));

describe.each(OLD)('client %s', (version, parser) => {
  it.each(['text', 'binary'])('is understood when it posts %s', (form) => {
    const options = form === 'binary' && version !== '2.5.0' ? [true] : [];
    fc.assert(
      fc.property(payload(version === '2.5.0' ? unambiguous : unicode), (packets) => {
        // Clients send what `utf8.encode` makes of it. 1.x has encoded once before.
        const sent = encodeStock(parser, packets, ...options);
        expect(decodePayload(3, sent)).toEqual(packets.map(frameOf));
      }),
      { numRuns: 300 },
    );
  });

  it('understands events', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 4 }), (frames) => {
        const payload = encodePayload(3, frames);
        expect(decodeStock(parser, payload).map(frameOf).map(incoming)).toEqual(frames.map(incoming));
      }),
      { numRuns: 300 },
    );
  });
});

const incoming = (frame: string) => JSON.stringify(receive(3, frame));

it('reads text beside binary data from client 2.5.0, which is refused as a frame', () => {
  const sent = encodeStock(
    OLD[2][1],
    [
      { type: 'message', data: '2["你好"]' },
      { type: 'message', data: Buffer.from([1, 2, 3]) },
    ],
    true,
  );
  const packets = decodePayload(3, sent) ?? [];
  expect(packets).toEqual(['42["你好"]', 'b4AQID']);
  expect(receive(3, packets[1] ?? '').kind).toBe('invalid');
});

it('reads the lone surrogates of old clients as U+FFFD', () => {
  const sent = encodeStock(OLD[1][1], [{ type: 'message', data: '2["\ud800é"]' }]);
  expect(decodePayload(3, sent)?.[0]).toMatch(/^42\["\ufffd+é"\]$/);
});

describe.each(NEW)('client %s', (_, parser) => {
  it('is understood, and understands', () => {
    fc.assert(
      fc.property(payload(unicode), (packets) => {
        expect(decodePayload(4, encodeStock(parser, packets))).toEqual(packets.map(frameOf));
        expect(decodeStock(parser, encodePayload(4, packets.map(frameOf))).map(frameOf)).toEqual(packets.map(frameOf));
      }),
      { numRuns: 300 },
    );
  });
});

describe('any input', () => {
  const eio = fc.constantFrom<Eio>(3, 4);

  it('is split or refused, never an error', () => {
    const body = fc.oneof(
      unicode,
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.stringMatching(/^(\d{0,3}:?[ -~]{0,5}){0,4}$/),
    );
    fc.assert(
      fc.property(eio, body, (eio, body) => {
        for (const packet of decodePayload(eio, body) ?? []) expect(typeof packet).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['', 'a', '1', ':', '2:a', '-1:a', '1e0:a', '1:a2', '99999999999:a'])(
    '%j is no payload in revision 3',
    (body) => {
      expect(decodePayload(3, body)).toBeUndefined();
    },
  );

  it.each([
    [[]],
    [[0]],
    [[0, 255]],
    [[0, 1, 255]],
    [[0, 10, 255, 65]],
    [[2, 1, 255, 65]],
    [[0, 1, 255, 0xc3]],
    [[0, ...Array(11).fill(1), 255, 65]],
  ])('the bytes %j are no payload', (bytes) => {
    expect(decodePayload(3, Buffer.from(bytes))).toBeUndefined();
    expect(decodePayload(4, Buffer.from(bytes))).toBeUndefined();
  });
});
