import { createRequire } from 'node:module';

/** A packet as decoded by the parsers of the stock clients. */
export interface StockPacket {
  readonly type: number;
  readonly nsp: string;
  readonly id?: number;
  readonly data?: unknown;
}

interface StockParser {
  Decoder: new () => {
    on(event: 'decoded', listener: (packet: StockPacket) => void): unknown;
    add(text: string): void;
  };
}

function isParser(value: unknown): value is StockParser {
  return typeof value === 'object' && value !== null && 'Decoder' in value && typeof value.Decoder === 'function';
}

/** Loads the parser that a client depends on. */
function parserOf(client: string): StockParser {
  const require = createRequire(import.meta.url);
  const parser: unknown = createRequire(require.resolve(client))('socket.io-parser');
  if (!isParser(parser)) throw new Error(`${client} has no parser`);
  return parser;
}

/** The parsers that read what the server writes in each revision. */
export const STOCK_PARSERS = [
  ['1.4.8', 3, parserOf('socket.io-client-1.4')],
  ['1.7.4', 3, parserOf('socket.io-client-1.7')],
  ['2.5.0', 3, parserOf('socket.io-client-2')],
  ['3.1.3', 4, parserOf('socket.io-client-3')],
  ['4.8.4', 4, parserOf('socket.io-client')],
] as const;

/** The parser of the current official server. */
export const SERVER_PARSER = parserOf('socket.io-client');

/** Decodes a message frame with a stock parser. @throws the error of the parser */
export function decodeStock({ Decoder }: StockParser, frame: string): StockPacket | undefined {
  const decoder = new Decoder();
  let decoded: StockPacket | undefined;
  decoder.on('decoded', (packet) => {
    decoded = packet;
  });
  decoder.add(frame.slice(1));
  return decoded;
}
