/**
 * Parses the frame headers in a client's byte stream. The WebSocket library limits messages only. API Gateway also
 * limits single frames.
 */
export class FrameScanner {
  readonly #limit: number;
  /** The remaining payload bytes of the current frame. */
  #skip = 0;
  /** The bytes of an incomplete header. */
  #header: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Processes bytes. Returns true once a header announces a frame above the limit. */
  push(chunk: Uint8Array): boolean {
    let position = 0;
    while (position < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - position);
        this.#skip -= step;
        position += step;
        continue;
      }
      this.#header.push(chunk[position++] ?? 0);
      const length = payloadLength(this.#header);
      if (length === undefined) continue;
      this.#header = [];
      if (length > this.#limit) return true;
      this.#skip = length;
    }
    return false;
  }
}

/** The payload length of a complete header (RFC 6455, 5.2). */
function payloadLength(header: readonly number[]): number | undefined {
  const [, second] = header;
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const mask = second & 0x80 ? 4 : 0;
  if (header.length < 2 + extended + mask) return undefined;
  if (extended === 0) return short;
  return header.slice(2, 2 + extended).reduce((value, byte) => value * 256 + byte, 0);
}
