/** MD5 (RFC 1321) as lower-case hexadecimal. The signature of a client key needs it, and no platform API has it. */
export function md5(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const length = (((bytes.length + 8) >> 6) + 1) * 64;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, bytes.length * 8, true);
  view.setUint32(length - 4, Math.floor(bytes.length / 2 ** 29), true);

  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < length; block += 64) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let n = 0; n < 64; n++) {
      const round = n >> 4;
      const [mixed = 0, word = 0] = [
        [(b & c) | (~b & d), n],
        [(d & b) | (~d & c), 5 * n + 1],
        [b ^ c ^ d, 3 * n + 5],
        [c ^ (b | ~d), 7 * n],
      ][round] as [number, number];
      const sum = a + mixed + sine(n) + view.getUint32(block + (word % 16) * 4, true);
      const shift = (SHIFTS[round] ?? [])[n % 4] ?? 0;
      [a, d, c, b] = [d, c, b, (b + ((sum << shift) | ((sum >>> 0) >>> (32 - shift)))) | 0];
    }
    for (const [n, value] of [a, b, c, d].entries()) state[n] = ((state[n] ?? 0) + value) | 0;
  }
  const digest = new DataView(new ArrayBuffer(16));
  for (const [n, value] of state.entries()) digest.setInt32(n * 4, value, true);
  return [...new Uint8Array(digest.buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];

const sine = (n: number) => Math.floor(Math.abs(Math.sin(n + 1)) * 2 ** 32);
